"""What full passes over a shop miss: the examples of docs/rules/stock.md, and who may say what."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot.catalog.models import FullPass, Product, Variant
from entrepot.catalog.queries import full_pass
from entrepot.catalog.services import Missed, approve_missing, unpublish_missing
from entrepot.channels.models import Channel
from entrepot.channels.services import bind_many
from entrepot.core.errors import Refused
from entrepot.events.models import Dirty

from ..goods_rows import AT, goods, store
from ..rule_tables import table

pytestmark = pytest.mark.django_db
RULES = table("stock.md", "What left the shop")


class Shop:
    """A store whose goods are bound by their SKU; passes over it begin a minute after each other."""

    def __init__(self, seller, count: int) -> None:
        self.channel: Channel = store(seller)
        self.goods = goods(seller, count, source=self.channel)
        pairs = [(v.id, v.sku, f"P{v.sku}") for v in self.goods]
        bind_many(seller_id=seller.id, channel_id=self.channel.id, kind="variant", pairs=pairs)
        self.at = AT

    @property
    def whose(self) -> dict[str, int]:
        return {"seller_id": self.channel.seller_id, "channel_id": self.channel.id}

    def on_show(self) -> list[str]:
        return [v.sku for v in Variant.objects.system().filter(is_published=True).order_by("id")]

    def sees(self, skus, unreadable=(), *, later: timedelta = timedelta(minutes=1)) -> Missed:
        self.at += later
        return unpublish_missing(**self.whose, seen_variant_refs=skus, unreadable=unreadable, at=self.at)

    def misses(self, *skus: str, **how) -> Missed:
        return self.sees([s for s in self.on_show() if s not in skus], **how)

    def approve(self) -> FullPass:
        return approve_missing(**self.whose, at=self.at)


def test_the_page_has_its_examples():
    assert len(RULES) == 17


@pytest.mark.parametrize("row", RULES, ids=lambda row: row["case"])
def test_so_much_is_believed(aydin, row):
    shop = Shop(aydin, int(row["goods"]))

    closed = []
    for step in row["passes miss"].split(", "):
        if step == "approved":
            shop.approve()
        else:
            shop.misses(*shop.on_show()[: int(step)])
        closed.append(len(shop.goods) - len(shop.on_show()))

    assert closed == [int(n) for n in row["closed so far"].split(", ")]


def test_what_two_passes_both_miss_is_closed_and_the_rest_waits_for_the_third(aydin):
    shop = Shop(aydin, 20)

    first = shop.misses("SKU-0", "SKU-1", "SKU-2")
    second = shop.misses("SKU-1", "SKU-2", "SKU-3", "SKU-4", "SKU-5")

    assert (first.closed, first.waiting, first.known, first.needs_person) == ([], 3, 20, False)
    assert second.closed == [shop.goods[1].id, shop.goods[2].id]
    assert second.waiting == 3
    assert shop.misses("SKU-3", "SKU-4", "SKU-5").closed == [v.id for v in shop.goods[3:6]]


def test_what_is_closed_is_marked_and_its_product_goes_with_it(aydin):
    shop = Shop(aydin, 3)

    (lost,) = shop.misses("SKU-1").closed

    assert not Product.objects.system().get(variants=lost).is_published
    assert sorted(Dirty.objects.values_list("kind", "subject_id")) == [("content", lost), ("stock", lost)]


def test_the_baseline_lasts_a_day(aydin):
    shop = Shop(aydin, 10)
    shop.misses("SKU-0", "SKU-1", "SKU-2", "SKU-3")
    assert len(shop.misses("SKU-0", "SKU-1", "SKU-2", "SKU-3").closed) == 4

    assert shop.misses("SKU-4", "SKU-5", "SKU-6").needs_person  # 7 of 10 within the day
    shop.misses()
    assert not shop.misses("SKU-4", "SKU-5", "SKU-6", later=timedelta(days=1)).needs_person  # 3 of 6


def test_new_goods_raise_the_baseline_at_once(aydin):
    shop = Shop(aydin, 4)
    shop.misses()
    more = Variant.objects.bulk_create(
        Variant(seller=aydin, product=shop.goods[0].product, sku=f"NEW-{i}") for i in range(8)
    )
    pairs = [(v.id, v.sku, "P") for v in more]
    bind_many(seller_id=aydin.id, channel_id=shop.channel.id, kind="variant", pairs=pairs)

    assert not shop.misses("SKU-0", "SKU-1", "SKU-2", "SKU-3", "NEW-0", "NEW-1").needs_person  # 6 of 12


@pytest.mark.parametrize("word", ["SKU-0", "PSKU-0"])
def test_what_could_not_be_read_stays_and_is_no_empty_answer(aydin, word):
    shop = Shop(aydin, 3)

    missed = shop.sees([], unreadable=["variation", word, "of", "product"])

    assert missed.closed == [shop.goods[1].id, shop.goods[2].id]


def test_a_pass_that_began_before_the_last_one_says_nothing(aydin):
    shop = Shop(aydin, 3)
    shop.misses()

    late = unpublish_missing(**shop.whose, seen_variant_refs=["SKU-1", "SKU-2"], at=AT)

    assert late == Missed(closed=[], waiting=0, known=3)
    assert len(shop.on_show()) == 3


def test_only_what_waits_for_a_person_can_be_approved(aydin):
    shop = Shop(aydin, 20)
    shop.misses("SKU-0", "SKU-1", "SKU-2")

    with pytest.raises(Refused, match="no goods of this store wait for a person"):
        shop.approve()

    shop.misses(*shop.on_show()[:11])
    assert shop.approve().approved_ids == [v.id for v in shop.goods[:11]]


def test_an_approval_is_over_when_the_goods_are_back(aydin):
    shop = Shop(aydin, 10)
    shop.misses(*shop.on_show()[:6])
    shop.approve()

    shop.misses()

    assert shop.misses(*shop.on_show()[:6]).needs_person


def test_another_sellers_store_does_not_exist(aydin, borealis):
    shop = Shop(aydin, 10)
    shop.misses(*shop.on_show()[:6])

    with pytest.raises(FullPass.DoesNotExist):
        approve_missing(seller_id=borealis.id, channel_id=shop.channel.id, at=AT)
    assert full_pass(seller_id=borealis.id, channel_id=shop.channel.id) is None
    assert shop.approve().approved_at == shop.at
