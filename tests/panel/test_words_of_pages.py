"""What pages say: labels in words, times to the second, and why a list or a product is empty."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin

from entrepot.catalog.models import Product
from entrepot.core.actor import Actor
from entrepot.ingress.models import SetAside
from entrepot.jobs.models import Run
from entrepot.panel import asides
from entrepot.panel.names import said

from .rows import now
from .test_pages import address

CODE = re.compile(r"\b(fx|refs?|url|seq|beat)\b|^ms$|^\w+ (mm|g|s|ms)$")


def test_no_label_is_a_word_of_our_code():
    labels = {str(f.verbose_name) for model in admin.site._registry for f in model._meta.concrete_fields}

    assert sorted(label for label in labels if CODE.search(label)) == []
    assert {"duration, ms", "exchange rate", "their number"} <= labels
    assert (said("theirs_ref"), said("is_paid"), said("placed_at")) == ("their number", "paid", "placed")


def test_times_in_lists_and_on_pages_have_seconds(people, ours):
    shown = people.aydin.get(address("channels.calllog")).content.decode()

    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", shown)
    assert not re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d[^:\d]", shown)


def test_a_list_of_runs_without_runs_says_what_a_run_is(people, aydin):
    empty = people.aydin.get(address("jobs.run")).content.decode()
    assert "No runs yet. A run is what people start and watch" in empty

    Run.objects.create(kind="import", title="Sheet", seller_id=aydin.id, asked_at=now())
    assert "A run is what people start" not in people.aydin.get(address("jobs.run")).content.decode()
    filtered = people.aydin.get(address("jobs.run") + "?q=nothing-like-it").content.decode()
    assert "Nothing matches." in filtered
    assert "A run is what people start" not in filtered


@pytest.fixture
def bare(ours):
    """A product of the store whose only variant was set aside, beside one of another name that begins like it."""
    own = {"seller": ours.seller, "source": ours.store}
    product = Product.objects.create(**own, product_ref="802", title="Demlik")
    Product.objects.create(**own, product_ref="8021", title="Tepsi")
    times = {"first_at": now(), "last_at": now()}
    SetAside.objects.create(
        seller=ours.seller, channel=ours.store, kind="product", subject="variant 802 of product 802", field="sku",
        reason="is missing", raw={"id": 802}, **times,
    )  # fmt: skip
    return product


def test_a_product_without_variants_says_what_was_set_aside_of_it(people, ours, bare):
    rows = people.aydin.get(address("catalog.product")).content.decode().split("<tbody")

    (own,) = [row for row in rows if "Demlik" in row]
    assert "1 set aside" in own
    assert sum("1 set aside" in row.partition("</tbody>")[0] for row in rows[1:]) == 1

    page = people.aydin.get(address("catalog.product", "change", bare.pk)).content.decode()
    assert "variant 802 of product 802" in page
    assert "is missing" in page
    other = people.aydin.get(address("catalog.product", "change", ours.products[0].pk)).content.decode()
    assert "These could not be taken from the store" not in other


def test_hints_are_one_question_for_any_number_of_products_and_end_with_their_cause(
    people, ours, bare, django_assert_num_queries
):
    who = Actor("ayse", "owner", frozenset({ours.seller.id}))
    rows = list(Product.objects.filter(seller=ours.seller))
    with django_assert_num_queries(1):
        found = asides.of_products(who, rows)
    assert list(found) == [bare.pk]

    SetAside.objects.filter(subject__endswith="product 802").update(state="replayed")
    assert asides.of_products(who, [bare]) == {}


def test_a_sheet_is_imported_where_words_are_and_where_products_are(people, ours):
    for label in ("catalog.product", "catalog.mapping"):
        shown = [b["button"].name for b in people.aydin.get(address(label)).context["list_buttons"]]
        assert "sheet" in shown
        assert people.aydin.get(address(label, "list_press", "sheet")).status_code == 200


def test_the_record_that_was_set_aside_is_shown(people, ours):
    shown = people.aydin.get(address("ingress.setaside", "change", ours.aside.pk)).content.decode()

    assert "&quot;status&quot;: &quot;Flying&quot;" in shown
