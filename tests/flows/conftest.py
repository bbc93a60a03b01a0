"""One sandbox for the run; every test finds it, and the hub, as new."""

from __future__ import annotations

import pytest

from entrepot.sandbox.server import SandboxServer

from .. import emptied
from ..kept import keep
from .promised import broken_promises
from .world import connected


@pytest.fixture(scope="session")
def served():
    """The sandbox, and the world on it once a test has asked for one."""
    with SandboxServer() as server:
        yield server, []


@pytest.fixture
def world(served, transactional_db, settings, tmp_path):
    """A connected seller whose orders wait for a person's yes."""
    settings.MEDIA_ROOT = tmp_path
    settings.ENTREPOT_REMOTE_TIMEOUT_S = 5
    server, kept = served
    if not kept:
        kept.append(keep(connected(server)))
        emptied.empty()
    return kept[0].again()


@pytest.fixture
def auto(world):
    """The same, and orders that add up are approved by rule."""
    world.market.is_auto_approving = True
    world.market.save(update_fields=["is_auto_approving"])
    return world


@pytest.fixture(autouse=True)
def _events_as_promised(request):
    """Whatever a test here lets happen: every event is as its published schema says."""
    if "world" in request.fixturenames:
        request.getfixturevalue("world")
        yield
        assert broken_promises() == []
    else:
        yield
