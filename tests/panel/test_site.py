"""The site: who gets in, home, navigation, timelines, policy."""

from __future__ import annotations

import json

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from entrepot.core.states import Machine
from entrepot.web.admin import STATES, Page
from entrepot.web.policy import POLICY

from .conftest import PASSWORD
from .rows import World
from .test_pages import address


def test_only_our_pages_are_on_the_site():
    assert all(isinstance(p, Page) for p in admin.site._registry.values())


def test_a_stranger_is_asked_to_log_in_and_comes_home(people):
    stranger = Client()
    asked = stranger.get(reverse("admin:index"))
    assert asked.status_code == 302
    page = stranger.get(reverse("admin:login"))
    assert page.status_code == 200

    answer = stranger.post(reverse("admin:login"), {"username": "ayse", "password": PASSWORD})

    assert (answer.status_code, answer["Location"]) == (302, reverse("admin:index"))
    assert stranger.get(reverse("admin:index")).status_code == 200


def test_people_of_a_closed_seller_are_out_at_once(people, ours):
    people.operator.post(address("accounts.seller", "press", ours.seller.pk, "close"), {"confirmed": "yes"})

    assert people.aydin.get(reverse("admin:index")).status_code == 302
    assert people.borealis.get(reverse("admin:index")).status_code == 200


def test_the_home_page_counts_own_rows_only(people, ours, theirs):
    theirs.add(3)
    figures = {f.name: f.count for f in people.aydin.get(reverse("admin:index")).context["figures"]}

    assert figures["orders_today"] == figures["orders_open"] == figures["packages_late"] == figures["shortages"] == 2
    assert figures["listings_lacking"] == figures["aside"] == figures["drift"] == 2
    assert (figures["orders_failed"], figures["listings_live"]) == (0, 0)
    assert "parked" not in figures
    everything = {f.name: f.count for f in people.operator.get(reverse("admin:index")).context["figures"]}
    assert (everything["orders_today"], everything["parked"]) == (7, 7)


def test_every_figure_leads_to_the_rows_that_it_counts(people, ours):
    for figure in people.operator.get(reverse("admin:index")).context["figures"]:
        listed = people.operator.get(figure.url)
        assert listed.status_code == 200
        assert listed.context["cl"].result_count == figure.count, figure.name


def test_charts_carry_their_numbers_as_a_table_too(people, ours):
    page = people.aydin.get(reverse("admin:index"))
    charts = {c.name: c for c in page.context["charts"]}

    assert set(charts) == {"orders", "listings", "calls", "waits"}
    drawn = json.loads(charts["orders"].data)
    assert sum(drawn["datasets"][0]["data"]) == 2
    assert sum(row[1] for row in charts["orders"].rows) == 2
    assert [sum(row[i] for row in charts["calls"].rows) for i in (1, 2)] == [2, 1]  # the second of two calls was a 500


def test_an_empty_installation_has_a_home_page(people):
    page = people.operator.get(reverse("admin:index"))

    assert page.status_code == 200
    assert "Nothing to draw yet." in page.content.decode()


def test_the_side_bar_shows_what_one_may_open(people):
    def links(client):
        groups = client.get(reverse("admin:index")).context["sidebar_navigation"]
        return {str(i["link"]) for g in groups for i in g["items"]}

    assert address("events.parkedevent") in links(people.operator)
    assert address("events.parkedevent") not in links(people.clerk)
    assert all(people.clerk.get(url).status_code == 200 for url in links(people.clerk))
    assert links(people.operator) - {reverse("admin:index")} == {
        address(m._meta.label_lower) for m in admin.site._registry
    }  # no page without a way to it


def test_an_orders_timeline_tells_moves_messages_intents_and_people_in_order(people, ours):
    order = ours.orders[0]
    people.aydin.post(address("orders.order", "press", order.pk, "hold"))

    sections = people.aydin.get(address("orders.order", "change", order.pk)).context["sections"]

    timeline = next(s for s in sections if s.template == "web/timeline.html")
    times = [m.at for m in timeline.moments]
    text = " ".join(f"{m.what} {m.who} {m.more}" for m in timeline.moments)
    assert times == sorted(times)
    for word in ("on hold", "message received", "EN-store_order", "ayse", "looked odd", "poll"):
        assert word in text
    titles = [str(s.title) for s in sections]
    assert {"Lines", "Delivery", "Invoice", "Adjustments", "Packages", "Messages"} <= set(titles)


def test_a_price_explains_itself_and_a_listing_names_what_is_missing(people, ours):
    price = ours.variants[0].price_set.get()

    assert "+ 19%" in people.aydin.get(address("pricing.price", "change", price.pk)).content.decode()
    listing = people.aydin.get(address("listings.listing", "change", ours.listings[0].pk)).content.decode()
    assert "is not known" in listing
    assert "price is too low" in listing
    product = people.aydin.get(address("catalog.product", "change", ours.products[0].pk)).content.decode()
    assert "is not known" in product
    assert "DE 0/1" in people.aydin.get(address("catalog.product")).content.decode()


def test_every_state_of_every_machine_has_a_colour_and_a_word():
    from entrepot.catalog.states import PRODUCT
    from entrepot.channels.states import CHANNEL, INTENT
    from entrepot.egress.states import PUSH_BATCH
    from entrepot.fulfilment.states import PACKAGE
    from entrepot.listings.states import LISTING
    from entrepot.orders.states import ORDER

    machines: list[Machine] = [PRODUCT, CHANNEL, INTENT, PUSH_BATCH, PACKAGE, LISTING, ORDER]
    assert {s for m in machines for s in m.states} - set(STATES) == set()


@pytest.mark.parametrize("url", ["/panel/", "/panel/login/", "/panel/orders/order/"])
def test_every_answer_carries_the_content_policy(people, ours, url):
    assert people.aydin.get(url)["Content-Security-Policy"] == POLICY
    assert "https:" not in POLICY


def test_markup_from_outside_is_shown_and_not_run(people, ours):
    evil = "<script>alert(1)</script>"
    type(ours.products[0]).objects.filter(pk=ours.products[0].pk).update(
        title=evil, description=evil, attributes={evil: [evil]}
    )
    type(ours.aside).objects.filter(pk=ours.aside.pk).update(reason=evil, raw={"x": evil})
    order = ours.orders[0]
    order.parties.update(name=evil)

    for label, pk in [
        ("catalog.product", ours.products[0].pk),
        ("ingress.setaside", ours.aside.pk),
        ("orders.order", order.pk),
    ]:
        assert evil not in people.aydin.get(address(label, "change", pk)).content.decode()
        assert evil not in people.aydin.get(address(label)).content.decode()


def test_the_panel_speaks_turkish(people, ours):
    page = people.aydin.get(address("orders.order"), HTTP_ACCEPT_LANGUAGE="tr").content.decode()

    assert "Siparişler" in page
    assert "Katalog" in page


def test_buyers_are_found_on_the_order_and_nowhere_in_the_logs(people, ours):
    World(ours.seller.__class__.objects.create(code="third", name="Third"))
    name = "Jürgen Weiß"

    assert name in people.aydin.get(address("orders.order", "change", ours.orders[0].pk)).content.decode()
    for label in ("orders.order", "fulfilment.package", "events.event", "channels.calllog", "ingress.receipt"):
        assert name not in people.aydin.get(address(label)).content.decode()
