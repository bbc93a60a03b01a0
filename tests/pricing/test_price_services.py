"""Prices as rows: computed, explained, and written only when they differ."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entrepot.channels.models import Storefront
from entrepot.core.clock import now
from entrepot.core.errors import Invalid
from entrepot.events.models import Dirty
from entrepot.pricing.models import BasePrice, Price
from entrepot.pricing.services import compute_prices, load_fx_csv, set_base_prices, set_rule

from ..goods_rows import goods, market
from ..two_workers import meanwhile

DAY = date(2026, 11, 24)
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def fronts(aydin):
    channel = market(aydin, codes=("TR", "DE"))
    return {s.code: s for s in Storefront.objects.system().filter(channel=channel)}


def base(seller, variants, regular="120.00", sale=None):
    rows = [(v.id, Decimal(regular), Decimal(sale) if sale else None) for v in variants]
    return set_base_prices(seller_id=seller.id, rows=rows, currency="TRY", is_tax_included=True, at=now())


def test_each_storefront_gets_its_price_with_the_way_it_took(aydin, fronts):
    (variant,) = goods(aydin, 1, vat_rate=Decimal("0.20"))
    base(aydin, [variant])
    load_fx_csv(at=AT, text="day,base,quote,rate\n2026-11-20,EUR,TRY,40\n")
    set_rule(
        seller_id=aydin.id, storefront_id=fronts["DE"].id, markup_rate=Decimal("0.30"), vat_rate=Decimal("0.19"),
        ending="0.99",
    )  # fmt: skip

    compute_prices(variant_ids=[variant.id], day=DAY, at=now())

    home, abroad = (Price.objects.system().get(storefront=fronts[code]) for code in ("TR", "DE"))
    assert (home.sale_price, home.currency, abroad.sale_price, abroad.currency) == (
        Decimal("120.00"), "TRY", Decimal("3.99"), "EUR"
    )  # fmt: skip
    assert [s["step"] for s in abroad.steps] == ["base", "net", "exchange", "markup", "VAT", "rounded"]
    assert "rate of 2026-11-20" in abroad.steps[2]["why"]


def test_a_price_without_base_or_rate_says_so_and_stays_unknown(aydin, fronts):
    priced, bare = goods(aydin, 2, vat_rate=Decimal("0.20"))
    base(aydin, [priced])

    compute_prices(variant_ids=[priced.id, bare.id], day=DAY, at=now())

    problems = {(p.variant_id, p.storefront.code): (p.sale_price, p.problem) for p in Price.objects.system()}
    assert problems[priced.id, "TR"] == (Decimal("120.00"), "")
    assert problems[priced.id, "DE"] == (None, "no exchange rate from TRY to EUR that is new enough for the day")
    assert problems[bare.id, "TR"][0] is None
    assert "no base price" in problems[bare.id, "TR"][1]


def test_prices_that_come_out_the_same_are_not_written(aydin, fronts):
    variants = goods(aydin, 3, vat_rate=Decimal("0.20"))
    base(aydin, variants)
    first = now()
    compute_prices(variant_ids=[v.id for v in variants], day=DAY, at=first)

    compute_prices(variant_ids=[v.id for v in variants], day=DAY, at=first + timedelta(hours=1))

    assert {p.computed_at for p in Price.objects.system()} == {first}


def test_a_hundred_prices_take_as_many_statements_as_one(aydin, fronts):
    variants = goods(aydin, 100, vat_rate=Decimal("0.20"))
    base(aydin, variants)
    load_fx_csv(at=AT, text="day,base,quote,rate\n2026-11-20,EUR,TRY,40\n")

    with CaptureQueriesContext(
        connection,
    ) as one:
        compute_prices(variant_ids=[variants[0].id], day=DAY, at=now())
    with CaptureQueriesContext(connection) as hundred:
        compute_prices(variant_ids=[v.id for v in variants], day=DAY, at=now())

    assert len(hundred) <= len(one)


def test_base_prices_are_written_and_marked_only_where_they_differ(aydin):
    variants = goods(aydin, 3)
    assert len(base(aydin, variants)) == 3
    Dirty.objects.all().delete()

    assert base(aydin, variants) == []
    assert base(aydin, variants[:1], sale="99.90") == [variants[0].id]

    assert list(Dirty.objects.values_list("kind", "subject_id")) == [("price", variants[0].id)]
    assert BasePrice.objects.system().get(variant=variants[0]).sale == Decimal("99.90")


def test_a_price_that_the_store_takes_away_is_unknown_until_there_is_one_again(aydin, fronts):
    (variant,) = goods(aydin, 1, vat_rate=Decimal("0.20"))
    base(aydin, [variant])
    compute_prices(variant_ids=[variant.id], day=DAY, at=now())
    Dirty.objects.all().delete()
    taken = {"seller_id": aydin.id, "currency": "TRY", "is_tax_included": True, "at": now()}

    assert set_base_prices(**taken, rows=[(variant.id, None, None)]) == [variant.id]
    assert set_base_prices(**taken, rows=[(variant.id, None, None)]) == []
    assert Dirty.objects.values_list("kind", "subject_id").get() == ("price", variant.id)

    price = compute_prices(variant_ids=[variant.id], day=DAY, at=now())[variant.id, fronts["TR"].id]
    assert (price.sale_price, "no base price" in price.problem) == (None, True)
    assert {("stock", variant.id), ("content", variant.id)} <= set(Dirty.objects.values_list("kind", "subject_id"))

    base(aydin, [variant])
    assert compute_prices(variant_ids=[variant.id], day=DAY, at=now())[variant.id, fronts["TR"].id].sale_price


def test_a_reading_that_began_earlier_does_not_undo_a_later_one(aydin):
    (variant,) = goods(aydin, 1)
    for seconds, regular in ((60, 20), (0, 10)):
        set_base_prices(
            seller_id=aydin.id, rows=[(variant.id, Decimal(regular), None)], currency="TRY", is_tax_included=True,
            at=AT + timedelta(seconds=seconds),
        )  # fmt: skip

    assert BasePrice.objects.system().get().regular == 20


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_read_an_old_price_does_not_write_over_one_that_read_the_new(aydin, fronts):
    (variant,) = goods(aydin, 1)
    told = {"seller_id": aydin.id, "currency": "TRY", "is_tax_included": True}
    set_base_prices(rows=[(variant.id, Decimal(10), None)], at=AT, **told)

    # The one inside holds the base price until its end; the other began with the old one and has to look again.
    with meanwhile(
        lambda: compute_prices(variant_ids=[variant.id], day=AT.date(), at=AT),
        then=lambda: set_base_prices(rows=[(variant.id, Decimal(20), None)], at=AT, **told),
    ):
        compute_prices(variant_ids=[variant.id], day=AT.date(), at=AT)

    assert Price.objects.system().get(storefront__code="TR").sale_price == Decimal("20.00")


def test_a_price_that_a_person_typed_stays_when_the_store_has_none(aydin):
    (variant,) = goods(aydin, 1)
    given = {"seller_id": aydin.id, "currency": "TRY", "is_tax_included": True, "at": now()}
    set_base_prices(**given, rows=[(variant.id, Decimal(50), None)], source="hub")

    assert set_base_prices(**given, rows=[(variant.id, None, None)]) == []

    assert BasePrice.objects.system().get().regular == Decimal(50)


@pytest.mark.parametrize(
    ("regular", "sale", "said"),
    [
        ("-5", None, "-5 TRY as regular price"),
        ("0", None, "0 TRY as regular price"),
        ("120", "-1.50", "-1.50 TRY as sale price"),
        ("120", "0.00", "0.00 TRY as sale price"),
        ("1e13", None, "10000000000000 TRY as regular price"),
    ],
)
def test_a_price_that_is_none_stops_the_old_one_and_says_what_was_given(aydin, fronts, regular, sale, said):
    known, new = goods(aydin, 2, vat_rate=Decimal("0.20"))
    base(aydin, [known])
    compute_prices(variant_ids=[known.id], day=DAY, at=now())

    assert base(aydin, [known, new], regular, sale) == [known.id, new.id]
    assert base(aydin, [known, new], regular, sale) == []
    made = compute_prices(variant_ids=[known.id, new.id], day=DAY, at=now())

    for variant in (known, new):
        price = made[variant.id, fronts["TR"].id]
        assert (price.sale_price, price.list_price) == (None, None)
        assert price.problem.startswith(f"no base price: the store gave {said}, and a price is above zero")
    base(aydin, [known], "90")
    assert compute_prices(variant_ids=[known.id], day=DAY, at=now())[known.id, fronts["TR"].id].sale_price == 90
    assert BasePrice.objects.system().get(variant=known).refused == ""


def test_a_store_that_gives_nonsense_does_not_take_away_what_a_person_typed(aydin):
    (variant,) = goods(aydin, 1)
    told = {"seller_id": aydin.id, "currency": "TRY", "is_tax_included": True, "at": now()}
    set_base_prices(**told, rows=[(variant.id, Decimal(50), None)], source="hub")

    assert set_base_prices(**told, rows=[(variant.id, Decimal(-5), None)]) == []

    assert BasePrice.objects.system().get().regular == 50


def test_a_price_that_the_store_stops_giving_is_no_longer_said_to_be_given(aydin):
    (variant,) = goods(aydin, 1)
    base(aydin, [variant], "-5")
    told = {"seller_id": aydin.id, "currency": "TRY", "is_tax_included": True, "at": now()}

    assert set_base_prices(**told, rows=[(variant.id, None, None)]) == [variant.id]

    assert BasePrice.objects.system().get().refused == ""


def test_new_rates_have_only_prices_across_currencies_computed_again(aydin, borealis, fronts):
    ours = goods(aydin, 2)
    base(aydin, ours)
    theirs = goods(borealis, 1)  # no storefront abroad
    base(borealis, theirs)
    Dirty.objects.all().delete()

    load_fx_csv(at=AT, text="day,base,quote,rate\n2026-11-20,EUR,TRY,40\n")

    assert set(Dirty.objects.values_list("kind", "subject_id")) == {("price", v.id) for v in ours}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"markup_rate": Decimal(-2)}, "markup_rate"),
        ({"vat_rate": Decimal(19)}, "vat_rate"),
        ({"ending": "0.42"}, "ending"),
        ({"fixed_fee": Decimal(-1)}, "fixed_fee"),
        ({"fx_margin_rate": None}, "fx_margin_rate"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_rule_out_of_range_is_refused_by_name(aydin, fronts, changes, field):
    with pytest.raises(Invalid) as refused:
        set_rule(seller_id=aydin.id, storefront_id=fronts["DE"].id, **changes)

    assert refused.value.field == field


def test_another_sellers_storefront_has_no_rule_of_mine(borealis, fronts):
    with pytest.raises(Storefront.DoesNotExist):
        set_rule(seller_id=borealis.id, storefront_id=fronts["DE"].id, markup_rate=Decimal("0.1"))
