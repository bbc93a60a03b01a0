"""Goods that cannot be supplied: why, which, and how many, as the channel takes it."""

from __future__ import annotations

import dataclasses

import pytest

from entrepot.channels.models import Intent
from entrepot.core.errors import Invalid
from entrepot.fulfilment import services as fulfilment
from entrepot.kit import registry

from .test_apply import AT, package, row, tell


@pytest.fixture
def unsupply(desk):
    """Asks for pieces of the one package to be given up; the intent's lines."""
    tell(desk, package(state="picking"))

    def ask(*lines, reason="out_of_stock"):
        fulfilment.plan_move(
            seller_id=desk.seller_id, package_id=row().id, event="unsupply", lines=lines, reason=reason, at=AT
        )
        return Intent.objects.for_seller(desk.seller_id).get(step="unsupply").payload["lines"]

    return ask


def held():
    return {x.line_id: x.quantity for x in row().lines.all()}


def test_a_reason_that_the_channel_does_not_take_is_refused_with_those_that_it_takes(unsupply):
    for reason in ("", "bored"):
        with pytest.raises(Invalid, match="reason must be one of out_of_stock, defective"):
            unsupply(reason=reason)
    assert unsupply(reason="defective") == []
    assert row().wants == "unsupplied"


def test_more_than_there_is_or_another_packages_line_is_refused(unsupply):
    ((line, quantity),) = held().items()

    for lines in ([(line, quantity + 1)], [(line, 0)], [(line + 1000, 1)]):
        with pytest.raises(Invalid, match="lines holds"):
            unsupply(*lines)
    assert not Intent.objects.filter(step="unsupply").exists()


def test_all_pieces_are_the_whole_package(unsupply):
    assert unsupply(*held().items()) == []


def test_a_channel_that_gives_up_whole_packages_only_says_so(unsupply, monkeypatch):
    ((line, _),) = held().items()
    spec = dataclasses.replace(registry.connector("trendyol"), unsupplies_parts=False)
    monkeypatch.setattr("entrepot.channels.queries.connector", lambda _slug: spec)
    row().lines.update(quantity=3)

    with pytest.raises(Invalid, match="whole packages only"):
        unsupply((line, 1))
    assert unsupply((line, 3)) == []
