"""Addresses in several tellings: a person's word stays, a masked one is filled, an older one changes nothing."""

from __future__ import annotations

from dataclasses import replace

from entrepot.orders.queries import ship_to
from entrepot.orders.services import edit_party

from .conftest import AT, PARTY, package


def told(desk, *, minutes, **changes):
    desk.tell(package(minutes=minutes, ship_to=replace(PARTY, **changes)))
    return ship_to(order=desk.order())


def test_news_does_not_undo_what_a_person_typed(desk):
    told(desk, minutes=0)
    edit_party(
        seller_id=desk.seller_id, order_id=desk.order().id, role="ship_to", changes={"name": "İrem Şahin"}, at=AT
    )

    party = told(desk, minutes=5, name="Şükrü Işık", city="Manisa")

    assert (party.name, party.city) == ("İrem Şahin", "Manisa")


def test_a_masked_name_is_filled_and_a_known_one_is_not_masked_again(desk):
    assert told(desk, minutes=0, name="Ş*** I***").name == "Ş*** I***"
    assert told(desk, minutes=5, name="Şükrü Işık").name == "Şükrü Işık"

    assert told(desk, minutes=9, name="Ş*** I***").name == "Şükrü Işık"


def test_older_news_fills_what_is_empty_and_changes_nothing_else(desk):
    told(desk, minutes=9, city="Manisa", district="")

    party = told(desk, minutes=3, city="İzmir", district="Bornova")

    assert (party.city, party.district) == ("Manisa", "Bornova")
