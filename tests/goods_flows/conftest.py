"""The world of the goods' side, before and after its goods are live."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .world import World, open_world


@pytest.fixture
def world(transactional_db, tmp_path, settings) -> Iterator[World]:
    """A seller with two unchecked channels; remotes answer within five seconds or not at all."""
    settings.ENTREPOT_REMOTE_TIMEOUT_S = 5.0
    with open_world(tmp_path) as world:
        yield world


@pytest.fixture
def live(world) -> World:
    """All five goods on sale on Trendyol TR."""
    world.go_live()
    assert set(world.states().values()) == {"live"}
    return world
