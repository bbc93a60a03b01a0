"""What a flow recorded keeps what its types' JSON Schemas promise."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import jsonschema_rs

import entrepot.events
from entrepot.events.models import Event, Outbox

SCHEMAS = Path(entrepot.events.__file__).parent / "schemas"


def broken_promises():
    """Events of the database whose payload is not as their schema says, or whose type has none."""
    found = []
    for type_, payload in [
        *Outbox.objects.values_list("type", "payload"),
        *Event.objects.values_list("type", "payload"),
    ]:
        schema = _schema(type_)
        if schema is None:
            found.append(f"{type_} has no schema")
        elif errors := list(schema.iter_errors(payload)):
            found.append(f"{type_}: {errors[0].message} in {payload}")
    return found


@cache
def _schema(type_):
    path = SCHEMAS / f"{type_}.json"
    return jsonschema_rs.validator_for(json.loads(path.read_text())) if path.exists() else None
