"""A hub and remotes that agree in everything."""

from __future__ import annotations

import pytest
from django.db import connection
from proof.notes import TABLES, TRIGGERS
from tests.proof.world import World, remotes, rows_of


@pytest.fixture
def world(aydin):
    """All agrees."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        cursor.execute(TRIGGERS)
    made = World()
    remotes(made)
    rows_of(aydin)
    return made
