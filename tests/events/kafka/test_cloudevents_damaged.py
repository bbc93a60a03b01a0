"""A message of a topic is an event of ours or is told apart: nothing that somebody writes there stops a consumer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.damage import damaged

from entrepot.events.kafka.cloudevents import NotOursError, event, type_of

GOOD = {
    "ce_id": b"7f1b6a52-0d7e-4d0e-9f0e-0a2f6f1f2c11", "ce_type": b"order.new", "ce_subject": b"12",
    "ce_time": b"2026-11-24T10:00:00.000000Z", "ce_seq": b"4711", "ce_topic": b"orders",
    "ce_recordedat": b"2026-11-24T10:00:00.000001Z", "ce_sellerid": b"3",
}  # fmt: skip
BODY = b'{"order_ref": "10654411111", "is_held": false}'


def test_the_sample_is_good():
    found = event(GOOD, b"12", BODY)

    assert (found.seq, found.type, found.payload["order_ref"]) == (4711, "order.new", "10654411111")


@pytest.mark.parametrize(
    ("changed", "body"),
    [({"ce_time": b"0001-01-01T00:00:00+23:59"}, BODY), ({}, b"[" * 100_000), ({"ce_seq": b"9" * 5000}, BODY)],
    ids=["before all time", "without an end", "beyond all measure"],
)
def test_what_python_cannot_hold_is_not_ours(changed, body):
    with pytest.raises(NotOursError):
        event({**GOOD, **changed}, b"12", body)


@given(st.sampled_from(sorted(GOOD)), st.data(), damaged([b"12"]), damaged([BODY]))
def test_a_damaged_message_is_an_event_or_is_not_ours(name, data, key, body):
    value = data.draw(st.none() | damaged([GOOD[name]]))

    try:
        found = event({**GOOD, name: value}, key, body)
    except NotOursError as told:
        assert str(told)
    else:
        assert found.seq is not None
        assert isinstance(type_of(GOOD), str)
