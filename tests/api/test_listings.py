"""Listings and levels that wait for a person, over HTTP: back on sale, and sent again; never by clerks or others."""

from __future__ import annotations

import pytest

from entrepot.events.models import StateChange
from entrepot.listings.models import Listing, ListingLevel

pytestmark = pytest.mark.django_db


def set_to(listing, **fields):
    Listing.objects.filter(id=listing.id).update(**fields)


def test_what_was_taken_off_sale_over_there_is_put_back_once(api, keys, world):
    path = f"/listings/{world.listing.id}/put-back"
    assert api(keys.aydin).post(path).status_code == 409  # a draft was never on sale
    set_to(world.listing, state="closed", is_withdrawn=True, refusal="taken off sale")

    assert api(keys.borealis).post(path).status_code == 404
    assert api(keys.clerk).post(path).status_code == 403
    assert Listing.objects.get(id=world.listing.id).is_withdrawn
    back = api(keys.aydin).post(path)

    assert (back.status_code, back.json()["refusal"]) == (200, "")
    assert not Listing.objects.get(id=world.listing.id).is_withdrawn
    assert api(keys.aydin).post(path).status_code == 409


def test_a_failed_listing_is_sent_again_and_history_says_by_which_key(api, keys, world):
    path = f"/listings/{world.listing.id}/retry"
    set_to(world.listing, state="failed")

    assert api(keys.borealis).post(path).status_code == 404
    assert api(keys.clerk).post(path).status_code == 403
    sent = api(keys.aydin).post(path).json()

    (step,) = sent["timeline"]
    name = api(keys.aydin).get("/actor").json()["name"]
    assert (sent["state"], step["event"], step["by"]) == ("queued", "queue", name)
    assert StateChange.objects.get(machine="listing").by == name
    assert api(keys.aydin).post(path).status_code == 409


def test_refused_levels_are_due_again_and_those_in_flight_are_left_alone(api, keys, world):
    path = f"/listings/{world.listing.id}/retry-levels"
    levels = ListingLevel.objects.filter(listing=world.listing)
    assert api(keys.aydin).post(path).status_code == 409  # nothing was refused
    levels.update(is_due=False, attempts=8, refusal="Beklenmeyen hata")
    levels.filter(lane="price").update(batch_id=1)

    assert api(keys.borealis).post(path).status_code == 404
    assert api(keys.clerk).post(path).status_code == 403
    assert not levels.filter(is_due=True).exists()
    again = api(keys.aydin).post(path).json()

    assert (again["stock"]["is_due"], again["price"]["is_due"]) == (True, False)
    assert list(levels.filter(attempts=0).values_list("lane", flat=True)) == ["stock"]
