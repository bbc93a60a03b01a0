"""Every page of the site, found by walking the site: a page that is added is tested from its first day."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from entrepot.channels.models import Taxon
from entrepot.events.models import Dirty, EventCursor
from entrepot.jobs.models import DrainerHealth
from entrepot.pricing.models import FxRate

from .rows import World, now

EVERYBODYS = {"channels.taxon", "pricing.fxrate"}  # facts that belong to no seller
OPERATORS = {"events.dirty", "events.eventcursor", "events.parkedevent", "jobs.drainerhealth"}
OWNERS = {"audit.auditentry"}  # and operators


def labels():
    return sorted(m._meta.label_lower for m in admin.site._registry)


def address(label, kind="changelist", *args):
    return reverse(f"admin:{label.replace('.', '_')}_{kind}", args=args)


def model(label):
    return next(m for m in admin.site._registry if m._meta.label_lower == label)


def own_row(label, world):
    """The youngest row of this seller, or of nobody."""
    rows = model(label)._default_manager.order_by("-pk")
    if label == "accounts.seller":
        return world.seller
    return (rows if label in EVERYBODYS | OPERATORS else rows.filter(seller_id=world.seller.id))[:1].get()


def shared_rows():
    Taxon.objects.create(
        connector="trendyol",
        kind="brand",
        ref="77",
        name="Paşabahçe",
        folded="pasabahce",
        version=1,
        seen_at=now(),
        facts={},
    )
    FxRate.objects.create(day="2026-05-04", base="EUR", quote="TRY", rate="47.1", source="ecb")
    Dirty.objects.create(kind="stock", subject_id=1)
    EventCursor.objects.create(subscriber="nobody.listens")
    DrainerHealth.objects.create(drainer="offers", worker="host:1", lane="offers", beat_at=now())


def test_every_row_that_is_owned_has_a_page():
    """A page that vanishes is missed here."""
    wanted = """
        accounts.seller accounts.user accounts.apikey channels.channel channels.storefront channels.binding channels.taxon
        channels.intent channels.calllog catalog.product catalog.variant catalog.mapping catalog.component
        inventory.stocklevel inventory.reservation inventory.shortage inventory.buffer pricing.baseprice pricing.pricerule
        pricing.fxrate pricing.price listings.listing listings.listinglevel orders.order fulfilment.package documents.document
        ingress.receipt ingress.setaside ingress.driftseen ingress.feed egress.pushbatch egress.pushitem events.parkedevent
        events.event events.statechange events.dirty jobs.run jobs.drainerhealth
    """.split()  # noqa: SIM905
    assert sorted(set(wanted) - set(labels())) == []


@pytest.mark.slow
@pytest.mark.parametrize("who", ["operator", "aydin", "clerk"])
def test_every_page_opens_for_who_may_see_it(people, ours, who):
    shared_rows()
    client = getattr(people, who)
    closed = {"operator": set(), "aydin": OPERATORS, "clerk": OPERATORS | OWNERS}[who]

    lists = {label: client.get(address(label)).status_code for label in labels()}
    rows = {label: client.get(address(label, "change", own_row(label, ours).pk)).status_code for label in labels()}

    assert lists == {label: 403 if label in closed else 200 for label in labels()}
    assert rows == {label: 404 if label in closed else 200 for label in labels()}


def test_another_sellers_row_does_not_exist(people, ours, theirs):
    scoped = [label for label in labels() if label not in OPERATORS | EVERYBODYS]
    assert len(scoped) > 30

    for label in scoped:
        foreign, own = own_row(label, theirs), own_row(label, ours)
        shown = {r.pk for r in people.aydin.get(address(label)).context["cl"].result_list}

        assert people.aydin.get(address(label, "change", own.pk)).status_code == 200, label
        assert people.aydin.get(address(label, "change", foreign.pk)).status_code == 404, label
        assert (own.pk in shown, foreign.pk in shown) == (True, False), label


def test_a_list_costs_the_same_for_one_row_and_for_thirty(people, ours):
    shared_rows()
    ContentType.objects.get_for_models(*admin.site._registry)  # these and the session are read once
    people.operator.get(address("jobs.run"))
    few = {label: _queries(people.operator, address(label)) for label in labels()}

    ours.add(29)
    many = {label: _queries(people.operator, address(label)) for label in labels()}

    assert {x: len(many[x]) for x in labels()} == {x: len(few[x]) for x in labels()}
    assert {x: len(found) for x, found in many.items() if len(found) > 12} == {}


@pytest.mark.parametrize("label", ["orders.order", "catalog.product", "channels.channel", "listings.listing"])
def test_a_rows_page_costs_the_same_however_much_hangs_on_it(people, ours, label):
    row = {"orders.order": ours.orders, "catalog.product": ours.products, "listings.listing": ours.listings}.get(
        label, [ours.market]
    )[0]
    people.operator.get(address(label, "change", row.pk))
    few = _queries(people.operator, address(label, "change", row.pk))

    ours.add(10)
    many = _queries(people.operator, address(label, "change", row.pk))

    assert len(many) == len(few)
    assert len(many) <= 25


def test_the_home_page_costs_the_same_however_much_there_is(people, ours):
    people.aydin.get(reverse("admin:index"))
    few = _queries(people.aydin, reverse("admin:index"))

    ours.add(20)

    assert len(_queries(people.aydin, reverse("admin:index"))) == len(few)


def test_a_search_and_every_filter_choice_work(people, ours):
    shared_rows()

    for label in labels():
        listed = people.operator.get(address(label)).context["cl"]
        # The first is no choice; the second and the last are of every kind that there is.
        choices = [c["query_string"] for s in listed.filter_specs for c in _ends(list(s.choices(listed)))]
        asked = [address(label) + c for c in choices] + [address(label) + "?q=%C3%87AY+1"] * bool(listed.search_fields)

        assert {url: people.operator.get(url).status_code for url in asked} == dict.fromkeys(asked, 200)


def _ends(choices):
    return choices[1:2] + choices[2:][-1:]


def test_filters_offer_own_channels_only(people, ours, theirs):
    theirs.market.name = "Their Trendyol"
    theirs.market.save()
    World(ours.seller.__class__.objects.create(code="third", name="Third")).add()

    page = people.aydin.get(address("orders.order")).content.decode()

    assert "Their Trendyol" not in page
    assert "third" not in page.lower()


@pytest.mark.parametrize("secret", ["secrets", "webhook_token", "webhook_secret"])
def test_secrets_are_neither_shown_nor_guessed_by_filter(people, ours, secret):
    page = people.operator.get(address("channels.channel", "change", ours.market.pk)).content.decode()

    assert ours.market.webhook_token not in page
    guess = people.aydin.get(address("channels.channel"), {f"{secret}__startswith": "a"})
    assert guess.status_code in (302, 400)


def test_password_hashes_are_not_guessed_by_filter(people):
    assert people.aydin.get(address("accounts.user"), {"password__startswith": "pbkdf2"}).status_code in (302, 400)


def _queries(client, url):
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return seen.captured_queries
