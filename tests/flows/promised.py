"""What a flow recorded keeps what its types' JSON Schemas promise."""

from __future__ import annotations

import json
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
        path = SCHEMAS / f"{type_}.json"
        if not path.exists():
            found.append(f"{type_} has no schema")
        elif errors := list(jsonschema_rs.iter_errors(json.loads(path.read_text()), payload)):
            found.append(f"{type_}: {errors[0].message} in {payload}")
    return found
