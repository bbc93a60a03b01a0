"""The CHECK of every state column, as the database has it, holds the states of its table and no others."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import CheckConstraint, Q

import entrepot
from entrepot.core.states import Machine

SOURCE = Path(entrepot.__file__).parent
MACHINES = [
    machine
    for path in sorted(SOURCE.glob("*/states.py"))
    if path.parent.name != "core"
    for machine in vars(import_module(f"entrepot.{path.parent.name}.states")).values()
    if isinstance(machine, Machine)
]


def checks() -> dict[str, tuple[str, CheckConstraint]]:
    """Name of each constraint of a state column → table and constraint."""
    found = {}
    for model in apps.get_models():
        for one in model._meta.constraints:
            if isinstance(one, CheckConstraint) and one.name.endswith("_state_known"):
                found[one.name] = (model._meta.db_table, one)
    return found


def of(machine: Machine) -> str:
    """The constraint of a machine; that of a push batch is named after the batch."""
    return f"{machine.name.removeprefix('push_')}_state_known"


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m.name)
def test_the_database_knows_the_states_of_the_table(db, machine):
    table, constraint = checks()[of(machine)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND conname = %s",
            [table, constraint.name],
        )
        (told,) = cursor.fetchone()

    assert set(re.findall(r"'(\w+)'", told)) == machine.states
    assert constraint.condition == Q(**machine.known())


def test_every_machine_has_its_constraint():
    assert len(MACHINES) >= 7
    assert {of(m) for m in MACHINES} <= set(checks())
