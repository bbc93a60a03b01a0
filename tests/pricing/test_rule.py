"""A rule is set once it is sure, loses nothing it was not told to, and says what it makes of prices."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from entrepot.channels.models import Storefront
from entrepot.core.errors import Invalid
from entrepot.events.models import Dirty
from entrepot.pricing.models import Price, PriceRule
from entrepot.pricing.services import compute_prices, effect_of_rule, set_base_prices, set_rule

from ..goods_rows import goods, market

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def front(aydin):
    return Storefront.objects.system().get(channel=market(aydin, codes=("TR",)))


def priced(seller, *regulars):
    variants = goods(seller, len(regulars), vat_rate=Decimal("0.20"))
    rows = [(v.id, Decimal(regular), None) for v, regular in zip(variants, regulars, strict=True)]
    set_base_prices(seller_id=seller.id, rows=rows, currency="TRY", is_tax_included=True, at=AT)
    return variants


@pytest.mark.parametrize("name", ["markup_rate", "minimum_margin_rate"])
def test_thirty_is_not_taken_for_thirty_per_cent_unless_it_is_meant(aydin, front, name):
    priced(aydin, "100")
    mine = {"seller_id": aydin.id, "storefront_id": front.id}
    Dirty.objects.all().delete()

    with pytest.raises(Invalid) as refused:
        set_rule(**mine, **{name: Decimal(30)})
    assert (refused.value.field, PriceRule.objects.system().count(), Dirty.objects.count()) == (name, 0, 0)
    assert "30 means 3000 %; 0.3 is 30 %; confirm if you mean it" in str(refused.value)

    assert getattr(set_rule(**mine, **{name: Decimal(30)}, confirm=True), name) == 30
    assert Dirty.objects.filter(kind="price").exists()


def test_five_is_asked_for_and_less_is_not(aydin, front):
    mine = {"seller_id": aydin.id, "storefront_id": front.id}

    set_rule(**mine, markup_rate=Decimal("4.9999"))
    with pytest.raises(Invalid, match="500 %"):
        set_rule(**mine, markup_rate=Decimal(5))


def test_what_was_confirmed_once_is_not_asked_again_and_what_is_not_told_stays(aydin, front):
    mine = {"seller_id": aydin.id, "storefront_id": front.id}
    set_rule(**mine, markup_rate=Decimal(6), vat_rate=Decimal("0.19"), confirm=True)

    set_rule(**mine, markup_rate=Decimal(6), ending="0.99")

    rule = PriceRule.objects.system().get()
    assert (rule.markup_rate, rule.vat_rate, rule.ending) == (6, Decimal("0.19"), "0.99")
    with pytest.raises(Invalid, match="confirm"):
        set_rule(**mine, markup_rate=Decimal(7))


@pytest.mark.parametrize(("name", "value"), [("markup_rate", "0.12345"), ("fixed_fee", "1.234")])
def test_a_number_finer_than_is_kept_is_refused_and_not_cut(aydin, front, name, value):
    with pytest.raises(Invalid, match=f"{name} has more than"):
        set_rule(seller_id=aydin.id, storefront_id=front.id, **{name: Decimal(value)})


# ISO 4217 list one: the minor unit of KWD is 3.
def test_a_storefront_whose_coins_are_finer_than_a_price_has_no_rule_and_no_price(aydin, front):
    (variant,) = priced(aydin, "100")
    Storefront.objects.system().update(currency="KWD")

    with pytest.raises(Invalid, match=r"KWD has a coin of 0\.001.*two decimals or none") as refused:
        set_rule(seller_id=aydin.id, storefront_id=front.id, ending="0.99")
    compute_prices(variant_ids=[variant.id], day=AT.date(), at=AT)

    assert refused.value.field == "storefront_id"
    price = Price.objects.system().get()
    assert (price.sale_price, price.list_price) == (None, None)
    assert price.problem.startswith("KWD has a coin of 0.001")


def test_a_price_beyond_what_is_kept_is_unknown_and_the_others_go_on(aydin, front):
    huge, small = priced(aydin, "999999999999", "10")
    set_rule(seller_id=aydin.id, storefront_id=front.id, markup_rate=Decimal(1))

    made = compute_prices(variant_ids=[huge.id, small.id], day=AT.date(), at=AT)

    assert (made[huge.id, front.id].sale_price, made[small.id, front.id].sale_price) == (None, Decimal("20.00"))
    assert "kept below 1000000000000" in Price.objects.system().get(variant=huge).problem


def test_the_effect_of_a_rule_is_counted_and_not_kept(aydin, front):
    *_, without_vat, _ = priced(aydin, "10", "30", "20", "99", "-1")
    type(without_vat).objects.system().filter(id=without_vat.id).update(vat_rate=None)
    rule = set_rule(seller_id=aydin.id, storefront_id=front.id, markup_rate=Decimal("0.5"))

    effect = effect_of_rule(rule=rule, at=AT)

    # 10 and 30 TRY with 20 % tax, plus 50 %, are 15 and 45.
    assert (effect.count, effect.unknown) == (3, 1)
    assert (effect.lowest, effect.highest, effect.currency) == (Decimal("15.00"), Decimal("45.00"), "TRY")
    assert (effect.is_open, effect.is_part, Price.objects.system().exists()) == (True, False, False)


def test_a_rule_is_called_as_its_storefront(aydin, front):
    rule = set_rule(seller_id=aydin.id, storefront_id=front.id)

    assert str(rule) == "Trendyol · TR"
