"""Every event type has a subscriber or the word none, and a worker says so before it starts."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from entrepot.config.subscribers import SUBSCRIBERS
from entrepot.events.services import Happening
from entrepot.events.services.subscribers import load_subscribers, order_free
from entrepot.events.services.wiring import check_wiring, known_types, machines, named_types

HERE = "entrepot.events.services.dirty"  # any module with functions


def test_our_table_is_complete_and_loads():
    check_wiring()
    load_subscribers()


def test_types_come_from_machines_and_from_calls(tmp_path):
    assert {f"{m.name}.{move.target}" for m in machines("entrepot.orders") for move in m.moves} <= known_types()
    (tmp_path / "services.py").write_text(
        'events.record(type="tea.brewed", key=1)\n'
        'record_many([Happening("tea.spilt", 1, {}, 1)])\n'
        'unrelated("tea.cup")\n'
    )  # fmt: skip
    (tmp_path / "by_name.py").write_text('note("tea.cooled")\ndef note(kind):\n    record(type=kind, key=1)\n')

    assert sorted(named_types(tmp_path)) == ["tea.brewed", "tea.cooled", "tea.spilt"]
    assert Happening("tea.spilt", 1, {}, 1).row().topic == "tea"


def test_a_forgotten_type_does_not_boot():
    table = dict(SUBSCRIBERS)
    forgotten = table.popitem()[0]

    with pytest.raises(ImproperlyConfigured, match=forgotten):
        check_wiring(table)


def test_a_type_that_nobody_records_does_not_boot():
    with pytest.raises(ImproperlyConfigured, match=r"tea\.brewed"):
        check_wiring({**SUBSCRIBERS, "tea.brewed": "none"})


def test_one_subscriber_gets_all_its_types():
    table = {"a.x": [f"{HERE}.mark_dirty"], "a.y": [f"{HERE}.mark_dirty", f"{HERE}.claim_dirty"], "a.z": "none"}

    found = {s.name.rpartition(".")[2]: s.types for s in load_subscribers(table)}

    assert found == {"mark_dirty": {"a.x", "a.y"}, "claim_dirty": {"a.y"}}


@pytest.mark.parametrize("entry", [[], "nobody", "", [f"{HERE}.missing"], ["no.such.module"], [f"{HERE}._MARK"]])
def test_an_entry_that_means_nothing_does_not_boot(entry):
    with pytest.raises(ImproperlyConfigured):
        load_subscribers({"a.x": entry})


def test_a_handler_can_say_that_order_does_not_matter():
    @order_free
    def handler(events):
        """Nothing."""

    assert handler.order_free
