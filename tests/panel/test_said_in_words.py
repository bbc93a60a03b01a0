"""Values as people read them: money with its currency, fractions as per cent, names beside numbers, no ids as titles."""

from __future__ import annotations

import re

from entrepot.accounts.models import User
from entrepot.channels.models import Taxon
from entrepot.egress.models import PushBatch
from entrepot.inventory.models import Reservation, Shortage
from entrepot.jobs.models import Run
from entrepot.listings.models import Listing, ListingLevel
from entrepot.orders.models import Order
from entrepot.pricing.models import BasePrice, PriceRule

from .rows import now
from .test_buttons import told
from .test_pages import address


def page_of(client, label, row):
    page = client.get(address(label, "change", row.pk)).content.decode()
    return re.sub(r"\s+", " ", page)


def test_prices_have_their_currency_and_two_decimals(people, ours):
    level = ListingLevel.objects.get(listing=ours.listings[0], lane="price")
    base = BasePrice.objects.get(variant=ours.variants[0])
    listed = people.aydin.get(address("listings.listing")).content.decode()
    levels = people.aydin.get(address("listings.listinglevel")).content.decode()

    assert "3.99 EUR" in listed
    assert "← 1.00 EUR" in listed
    assert "2.00 EUR" in levels
    assert "3.99 EUR" in page_of(people.aydin, "listings.listinglevel", level)
    assert "3.99 EUR" in page_of(people.aydin, "listings.listing", ours.listings[0])
    whole = page_of(people.aydin, "pricing.baseprice", base)
    assert "120.00 TRY" in whole
    assert "120.000" not in whole


def test_fractions_are_per_cent_on_their_own_page_too(people, ours):
    rule = PriceRule.objects.get(seller=ours.seller)
    shown = page_of(people.aydin, "pricing.pricerule", rule)

    assert "30 %" in shown
    assert "0.3000" not in shown
    assert "20 %" in page_of(people.aydin, "catalog.variant", ours.variants[0])


def test_titles_name_the_goods_and_no_id_of_ours(people, ours):
    sku, market = ours.variants[0].sku, ours.market.name

    assert str(Shortage.objects.get(variant=ours.variants[0])) == f"{sku} × 1"
    assert str(Reservation.objects.get(variant=ours.variants[0])) == f"{sku} × 2"
    assert str(ours.variants[0].levels.get()) == f"{sku} · store"
    assert str(ListingLevel.objects.get(listing=ours.listings[0], lane="price")) == f"{sku} · price"
    assert str(ours.market.feeds.get()) == f"orders · {market}"


def test_runs_and_batches_are_named_in_words(people, ours):
    run = Run.objects.create(kind="channel_go_live", title="Go", seller_id=ours.seller.id, asked_at=now())

    assert "going live" in page_of(people.aydin, "jobs.run", run)
    batch = PushBatch.objects.filter(seller=ours.seller).first()
    shown = page_of(people.aydin, "egress.pushbatch", batch)
    assert "stock and prices" in shown
    assert "push_offers" not in shown


def test_a_listing_says_their_names_beside_their_numbers_and_shows_its_pictures(people, ours):
    known = {"connector": "trendyol", "version": 1, "seen_at": now()}
    for kind, scope, ref, name in [
        ("brand", "", "70002", "Paşabahçe"), ("category", "", "553", "Bardak"), ("attribute", "553", "14", "Renk"),
        ("value", "553/14", "5002", "Şeffaf"),
    ]:  # fmt: skip
        Taxon.objects.create(**known, kind=kind, scope=scope, ref=ref, name=name, folded=name.lower())
    row = ours.listings[0]
    Listing.objects.filter(pk=row.pk).update(
        content={"title": "Teeglas", "brand_ref": "70002", "category_ref": "553", "vat_rate": "0.19", "weight_g": 250,
                 "attributes": [{"attribute_ref": "14", "value_ref": "5002"}], "images": ["https://img.example/1.jpg"]}
    )  # fmt: skip

    shown = page_of(people.aydin, "listings.listing", row)

    for words in ("Paşabahçe (70002)", "Bardak (553)", "Renk (14)", "Şeffaf (5002)", "19 %", "weight, g"):
        assert words in shown
    assert "brand_ref" not in shown
    assert 'href="https://img.example/1.jpg"' in shown
    assert f"PATCH /products, product {row.variant.product_id}" in shown


def test_a_harmless_no_is_a_dash_and_a_person_has_no_help_for_a_form(people, ours):
    order = page_of(people.aydin, "orders.order", ours.orders[0])
    person = page_of(people.aydin, "accounts.user", User.objects.get(username="kemal"))

    assert "close</span>" not in order
    assert "Unselect this" not in person
    assert "150 characters" not in person


def test_a_level_tells_values_from_times(people, ours):
    level = ListingLevel.objects.get(listing=ours.listings[0], lane="price")
    shown = page_of(people.aydin, "listings.listinglevel", level)

    assert {"Desired since", "Acknowledged at", "Observed at"} <= {
        words for words in ("Desired since", "Acknowledged at", "Observed at") if words in shown
    }


def test_a_refusal_says_the_state_as_the_panel_does(people, ours):
    order = ours.orders[0]
    Order.objects.filter(pk=order.pk).update(state="synced")

    answer = people.aydin.post(
        address("orders.order"), {"action": "approve", "_selected_action": [order.pk], "index": 0}
    )

    assert told(people.aydin, answer)[-1] == f"{order.order_ref} is in the store: “Approve” is not possible."
