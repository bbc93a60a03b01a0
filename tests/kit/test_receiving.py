"""Whether a delivery is believed: its sender's address, its proof, and how long ago it was sent."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bazaria
import pytest

from entrepot.kit.receiving import is_from, is_genuine

SAMPLE = json.loads((Path(bazaria.__file__).parent / "samples/read_webhook.json").read_text("utf-8"))
HEADERS = {name.lower(): value for name, value in SAMPLE["headers"].items()}
WAY = bazaria.SPEC.can["read_webhook"]
SENT = datetime(2024, 5, 14, 10, 41, tzinfo=UTC)  # 1715683260


def genuine(way=WAY, *, secrets=(SAMPLE["secret"],), address="198.51.100.7", networks=(), at=SENT):
    return is_genuine(way, HEADERS, SAMPLE["body"].encode(), secrets=secrets, address=address, networks=networks, at=at)


@pytest.mark.parametrize(("seconds", "is_taken"), [(0, True), (300, True), (301, False), (-300, True), (-301, False)])
def test_a_delivery_is_taken_within_the_replay_window_only(seconds, is_taken):
    assert genuine(at=SENT + timedelta(seconds=seconds)) is is_taken


def test_where_the_remote_tells_no_instant_age_does_not_matter():
    assert genuine(replace(WAY, sent_at=None), at=SENT + timedelta(days=400))


@pytest.mark.parametrize("header", ["", "soon", "99999999999999999999"])
def test_an_instant_that_cannot_be_read_is_no_fresh_one(header):
    way = replace(WAY, verify=lambda *_: True)
    headers = {**HEADERS, "x-bazaria-sent": header}

    assert not is_genuine(way, headers, b"{}", secrets=("s",), address="198.51.100.7", at=SENT)


@pytest.mark.parametrize(
    ("address", "is_taken"),
    [
        ("198.51.100.7", True), ("198.51.101.7", False), ("2001:db8::9", True), ("2001:db9::9", False),
        ("::ffff:198.51.100.7", True), ("", False), ("nobody", False),
    ],
)  # fmt: skip
def test_only_the_remotes_own_networks_are_believed(address, is_taken):
    assert genuine(address=address) is is_taken


def test_a_person_may_narrow_the_list_and_never_widen_it():
    assert genuine(networks=("198.51.100.7/32",))
    assert not genuine(networks=("198.51.100.8/32",))
    assert not genuine(address="203.0.113.5", networks=("203.0.113.0/24",))


def test_either_secret_proves_while_a_new_one_is_taken_up_and_none_proves_nothing():
    assert genuine(secrets=("new", SAMPLE["secret"]))
    assert not genuine(secrets=("new", "older"))
    assert not genuine(secrets=())


def test_no_list_admits_everybody():
    assert is_from("", ())
    assert is_from("203.0.113.5", ())
