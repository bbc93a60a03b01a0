"""The world of the goods' side, before and after its goods are live."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from entrepot.sandbox.server import SandboxConfig, SandboxServer

from .. import emptied
from ..kept import Kept, keep
from .world import World, catalogue, drafted, open_world


@pytest.fixture
def world(transactional_db, tmp_path, settings) -> Iterator[World]:
    """A seller with two unchecked channels; remotes answer within five seconds or not at all."""
    settings.ENTREPOT_REMOTE_TIMEOUT_S = 5.0
    with open_world(tmp_path) as world:
        yield world


@pytest.fixture(scope="session")
def sold(tmp_path_factory) -> Iterator[tuple[SandboxServer, list[Kept]]]:
    """A sandbox, and the world whose goods are on sale there once a test has asked for it."""
    config = SandboxConfig(catalogue=catalogue(tmp_path_factory.mktemp("sold")))
    with SandboxServer(config) as server:
        yield server, []


@pytest.fixture
def live(sold, transactional_db, settings) -> World:
    """All five goods on sale on Trendyol TR."""
    settings.ENTREPOT_REMOTE_TIMEOUT_S = 5.0
    server, kept = sold
    if not kept:
        world = drafted(server)
        world.go_live()
        kept.append(keep(world))
        emptied.empty()
    world = kept[0].again()
    assert set(world.states().values()) == {"live"}
    return world
