"""Listings and levels that wait for a person, over HTTP: back on sale, and sent again; never by clerks or others."""

from __future__ import annotations

import pytest

from entrepot.catalog.models import FieldOwner
from entrepot.events.models import Dirty, StateChange
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


def test_a_draft_is_denied_with_a_reason_and_allowed_again(api, keys, world):
    deny, allow = f"/listings/{world.listing.id}/deny", f"/listings/{world.listing.id}/allow"
    why = {"reason": "the brand forbids it"}

    assert api(keys.borealis).post(deny, why).status_code == 404
    assert api(keys.clerk).post(deny, why).status_code == 403
    assert api(keys.aydin).post(deny, {}).status_code == 422
    assert api(keys.aydin).post(allow).status_code == 409
    denied = api(keys.aydin).post(deny, why).json()

    assert (denied["state"], denied["timeline"][-1]["note"]) == ("denied", "the brand forbids it")
    assert api(keys.aydin).post(deny, why).status_code == 409
    assert api(keys.aydin).post(allow).json()["state"] == "draft"
    set_to(world.listing, state="live")
    assert api(keys.aydin).post(deny, why).status_code == 409


@pytest.mark.parametrize(("act", "state"), [("reject", "rejected"), ("archive", "archived")])
def test_an_approved_product_is_taken_off_sale_and_brought_back(api, keys, world, act, state):
    ids = {"ids": [world.product.id]}
    api(keys.aydin).post("/products/approve", ids)
    Dirty.objects.all().delete()

    assert api(keys.borealis).post(f"/products/{act}", {**ids, "reason": "recalled"}).status_code == 404
    assert api(keys.aydin).post(f"/products/{act}", {**ids, "reason": "recalled"}).json() == {"changed": ids["ids"]}
    assert {kind for kind, _ in Dirty.objects.values_list("kind", "subject_id")} == {"stock", "content"}
    assert api(keys.aydin).get(f"/products/{world.product.id}").json()["state"] == state

    restored = api(keys.aydin).post("/products/restore", ids).json()["changed"]
    assert restored == (ids["ids"] if act == "archive" else [])
    assert api(keys.aydin).post("/products/submit", ids).json() == {"changed": ids["ids"]}
    assert api(keys.aydin).post("/products/approve", ids).json() == {"changed": ids["ids"]}


def test_a_field_that_was_edited_here_is_given_back_to_the_store(api, keys, world):
    product = world.product
    assert product.source_id
    cell = {"id": product.id, "field": "title", "was": product.title, "value": "Bizim"}
    api(keys.aydin).patch("/products", {"cells": [cell]})
    body = {"ids": [product.id], "field": "title"}

    assert api(keys.borealis).post("/products/give-back", body).status_code == 404
    assert api(keys.clerk).post("/products/give-back", body).status_code == 403
    assert api(keys.aydin).post("/products/give-back", {**body, "field": "colour"}).status_code == 422
    assert api(keys.aydin).post("/products/give-back", body).json() == {"changed": [product.id]}
    assert api(keys.aydin).post("/products/give-back", body).json() == {"changed": []}
    assert FieldOwner.objects.get(product=product, field="title").owner == "store"
