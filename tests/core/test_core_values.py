"""Times, identities and words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.core.actor import Actor
from entrepot.core.clock import from_ms, instant, now, to_ms
from entrepot.core.errors import Invalid
from entrepot.core.ids import fingerprint, reference, token
from entrepot.core.text import fold, plain

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda v: st.lists(v) | st.dictionaries(st.text(), v),
    max_leaves=10,
)


def test_an_instant_is_aware_and_utc():
    assert now().tzinfo is UTC
    assert instant("2026-03-01T15:00:00+03:00") == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert instant(datetime(2026, 3, 1, 15, tzinfo=timezone(timedelta(hours=3)))).tzinfo is UTC


@pytest.mark.parametrize("wrong", ["2026-03-01T15:00:00", "yesterday", "", datetime(2026, 3, 1)])  # noqa: DTZ001
def test_a_time_without_an_offset_is_a_guess_and_refused(wrong):
    with pytest.raises(Invalid):
        instant(wrong)


@given(st.integers(min_value=0, max_value=4_102_444_800_000))
def test_milliseconds_go_there_and_back(ms):
    assert to_ms(from_ms(ms)) == ms


@given(json_values)
def test_equal_values_have_equal_fingerprints(value):
    assert fingerprint(value) == fingerprint(value)
    assert fingerprint({"a": value, "b": 1}) == fingerprint({"b": 1, "a": value})


@given(json_values, json_values)
def test_different_values_have_different_fingerprints(a, b):
    import json

    if json.dumps(a, sort_keys=True) != json.dumps(b, sort_keys=True):
        assert fingerprint(a) != fingerprint(b)


def test_a_reference_is_the_same_for_every_retry():
    assert reference("order", 42) == reference("order", 42) == "EN-order-42-1"
    assert reference("order", 42, attempt=2) == "EN-order-42-2"
    assert len(token()) == 43


@pytest.mark.parametrize("text", ["ÇAY Bardağı İNCE", "çay bardağı ince", "  cay   BARDAGI\tince ", "Çay Bardağı İnce"])
def test_the_four_turkish_i_and_accents_do_not_count(text):
    assert fold(text) == "cay bardagi ince"


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


def test_words_of_markup():
    assert plain("<p>Tea &amp; <b>glass</b></p>") == "Tea & glass"


@pytest.mark.parametrize(
    ("role", "scopes", "area", "verb", "may"),
    [
        ("owner", [], "orders", "write", True), ("clerk", [], "orders", "read", True),
        ("clerk", [], "orders", "write", False), ("clerk", ["orders:write"], "orders", "write", False),
        ("manager", ["orders:read"], "orders", "read", True), ("manager", ["orders:read"], "orders", "write", False),
        ("manager", ["orders:write"], "orders", "read", True), ("manager", ["orders:write"], "stock", "read", False),
        ("manager", ["*:read"], "stock", "read", True), ("operator", ["*:write"], "stock", "write", True),
    ],
)  # fmt: skip
def test_an_actor_may_what_its_role_and_its_scopes_allow(role, scopes, area, verb, may):
    assert Actor("x", role, None, frozenset(scopes)).may(area, verb) is may
