"""Every event type has a JSON Schema, and what was promised to readers stays promised."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import jsonschema_rs
import pytest

from entrepot.events.services.wiring import known_types

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tool():
    sys.path.insert(0, str(ROOT / "tools"))
    yield importlib.import_module("event_schemas")
    sys.path.remove(str(ROOT / "tools"))


def test_every_type_that_we_record_has_a_schema_and_no_other(tool):
    assert {p.stem for p in tool.TARGET.glob("*.json")} == known_types(), "describe it in tools/event_schemas.py"


def test_the_files_are_what_the_tool_makes(tool):
    assert tool.main(["--check"]) == 0, "run: make docs"


def test_every_schema_is_one(tool):
    for schema in tool.schemas().values():
        assert jsonschema_rs.meta.is_valid(schema)


def test_what_was_published_is_kept(tool):
    published, ours = json.loads(tool.PUBLISHED.read_text()), tool.schemas()

    assert len(published) > 60
    assert [w for type_, old in published.items() for w in tool.broken_promises(old, ours.get(type_, {}))] == []


def test_only_compatible_changes_pass(tool):
    old = tool.schemas()["order.new"]

    def changed(**properties):
        return {**old, "properties": {**old["properties"], **properties}}

    without = {k: v for k, v in old["properties"].items() if k != "order_ref"}
    assert tool.broken_promises(old, old) == []
    assert tool.broken_promises(old, changed(more={"type": "string"})) == []
    assert tool.broken_promises(old, {}) == ["order.new is gone"]
    assert tool.broken_promises(old, {**old, "properties": without}) == ["order.new: order_ref is gone"]
    assert tool.broken_promises(old, {**old, "required": []})[0] == "order.new: channel_id may be missing"
    assert tool.broken_promises(old, changed(order_ref={"type": "integer"})) == ["order.new: order_ref is another kind"]
    assert tool.broken_promises(old, changed(channel_id={"type": "integer"})) == [
        "order.new: channel_id is another kind"
    ]
