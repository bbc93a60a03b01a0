"""Make a JSON Schema of every event type, in src/entrepot/events/schemas. ``--check`` only compares.

Moves all have one payload; what other calls of ``record`` say is in ``NAMED``. What was promised to readers is in
tests/events/published_schemas.json; ``--publish`` writes it, when a version is released.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from diagrams import ROOT, machines

TARGET = ROOT / "src/entrepot/events/schemas"
PUBLISHED = ROOT / "tests/events/published_schemas.json"
TEXT, ID, COUNT = {"type": "string"}, {"type": "integer", "minimum": 1}, {"type": "integer", "minimum": 0}
YES = {"type": "boolean"}
Fields = dict[str, dict[str, Any]]

# Type: what it means, and what its payload always has.
NAMED: dict[str, tuple[str, Fields]] = {
    "channel.added": ("A channel was added.", {"connector": TEXT}),
    "channel.approves_by_hand": ("Orders of the channel wait for a person's yes.", {}),
    "channel.approves_by_rule": ("Orders of the channel that add up are approved by rule.", {}),
    "channel.field_given_back": (
        "The store owns a field again, of these products or, where none is named, of all.",
        {"field": TEXT, "product_refs": {"type": "array", "items": TEXT}},
    ),
    "channel.paused": ("Nothing travels to the channel.", {}),
    "channel.push_approved": ("A person approved the first push.", {}),
    "channel.resumed": ("What is due travels to the channel again.", {}),
    "channel.storefront_closed": ("A storefront was closed.", {"storefront": ID, "code": TEXT}),
    "channel.storefront_opened": ("A storefront was opened.", {"storefront": ID, "code": TEXT}),
    "channel.webhooks_off": ("The remote is to send no news.", {}),
    "channel.webhooks_on": ("The remote is to send news.", {}),
    "order.buyer_erased": ("The buyer's data of an order was erased.", {"by": TEXT}),
    "order.lines_cancelled": ("Pieces of lines were cancelled.", {"lines": {"type": "array", "items": ID}}),
    "order.new": ("An order was seen first.", {"order_ref": TEXT, "channel_id": ID, "is_held": YES}),
    "package.impossible_news": (
        "The marketplace told a state that cannot follow the known one.",
        {"known": TEXT, "told": TEXT, "their_status": TEXT},
    ),
    "package.stale_news": (
        "The marketplace told something older than what is known.",
        {"known": TEXT, "told": TEXT, "their_status": TEXT},
    ),
    "parked_event.dropped": (
        "A person gave up an event that a subscriber could not take.",
        {"type": TEXT, "seq": ID, "subscriber": TEXT, "error": TEXT, "reason": TEXT, "by": TEXT},
    ),
    "stock.short": ("A line was sold that is not there.", {"line_id": ID, "quantity": COUNT}),
}  # fmt: skip


def schemas() -> dict[str, dict[str, Any]]:
    """Type → JSON Schema of its payload. Readers must bear fields and words that are not named: both may be added."""
    found = {}
    for _, machine in machines():
        name = machine.name.replace("_", " ")
        for state in sorted({m.target for m in machine.moves}):
            words = f"The {name} moved to {state}."
            moved = {"old": TEXT, "event": TEXT, "actor": TEXT}
            found[f"{machine.name}.{state}"] = _schema(f"{machine.name}.{state}", words, moved, {"inferred": YES})
    return found | {type_: _schema(type_, words, fields, {}) for type_, (words, fields) in NAMED.items()}


def _schema(type_: str, words: str, always: Fields, sometimes: Fields) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:entrepot:event:{type_}",
        "title": type_,
        "description": words,
        "type": "object",
        "required": sorted(always),
        "properties": dict(sorted({**always, **sometimes}.items())),
    }


def files() -> dict[Path, str]:
    """What is written where."""
    return {TARGET / f"{type_}.json": _text(schema) for type_, schema in schemas().items()}


def broken_promises(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What a reader of the old schema may no longer rely on; empty: the change is compatible."""
    if not new:
        return [f"{old['title']} is gone"]
    where, before, after = old["title"], old["properties"], new["properties"]
    found = [f"{where}: {name} is gone" for name in before if name not in after]
    found += [f"{where}: {n} may be missing" for n in old["required"] if n in after and n not in new["required"]]
    shared = [n for n in before if n in after]
    return found + [f"{where}: {n} is another kind" for n in shared if not _is_narrower(before[n], after[n])]


def _is_narrower(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether every value of the new kind is one of the old kind."""
    if old["type"] != new["type"]:
        return False
    if "items" in old and not _is_narrower(old["items"], new.get("items", {"type": None})):
        return False
    return "minimum" not in old or new.get("minimum", old["minimum"] - 1) >= old["minimum"]


def _text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write or compare; 1 when a file is out of date."""
    wanted = files()
    if "--check" in arguments:
        have = {p: p.read_text() for p in TARGET.glob("*.json")}
        return int(have != wanted)
    TARGET.mkdir(parents=True, exist_ok=True)
    for gone in set(TARGET.glob("*.json")) - set(wanted):
        gone.unlink()
    for path, text in wanted.items():
        path.write_text(text)
    if "--publish" in arguments:
        PUBLISHED.write_text(json.dumps(schemas(), indent=1, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
