"""Nothing waits for nobody: every event type is wired, every queue has a lane."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.core.exceptions import ImproperlyConfigured

from entrepot.config.drainers import DRAINERS
from entrepot.config.subscribers import SUBSCRIBERS
from entrepot.events.services.wiring import check_wiring, known_types
from entrepot.jobs.services.lanes import LANES, Drainer, load_drainers


def test_every_event_type_is_wired_to_handlers_or_to_none():
    check_wiring(SUBSCRIBERS)

    assert known_types() == set(SUBSCRIBERS)


def test_the_table_is_read_from_top_to_bottom():
    assert list(SUBSCRIBERS) == sorted(SUBSCRIBERS)


def test_every_drainer_has_a_lane():
    assert {d.name: d.lane for d in load_drainers() if d.lane not in LANES} == {}


def test_no_drainer_is_left_out_of_the_list(ours):
    made = {
        f"{m.dotted}.{name}"
        for m in ours
        if m.face == "tasks" and not m.is_migration
        for name, value in vars(import_module(m.dotted)).items()
        if isinstance(value, Drainer)
    }

    assert made == set(DRAINERS)


def test_the_rules_can_fail(monkeypatch):
    table = dict(SUBSCRIBERS)
    del table["order.new"]
    with pytest.raises(ImproperlyConfigured, match=r"order\.new"):
        check_wiring(table)

    monkeypatch.setattr("entrepot.egress.tasks.STOCK", Drainer("lost", "nowhere", lambda _at: 0))
    with pytest.raises(ImproperlyConfigured, match="nowhere"):
        load_drainers()
