"""A seller's accounts: what may be connected, what is kept secret, what is bound, what is learnt."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entrepot.channels.models import Binding, Channel, Taxon
from entrepot.channels.queries import taxa
from entrepot.channels.services import (
    add_channel,
    bind_many,
    change_settings,
    client_for,
    learn_taxa,
    move_channel,
    open_storefront,
    replace_secrets,
)
from entrepot.core.errors import IllegalMove, Invalid, Refused
from entrepot.kit import records
from entrepot.kit.requests import Request

from ..goods_rows import AT, market, store

pytestmark = pytest.mark.django_db
PAIR = {"consumer_key": "ck_1234567890", "consumer_secret": "cs_0987654321"}


def connect(seller, **changes) -> Channel:
    given = {"slug": "woocommerce", "name": "Dükkân", "base_url": "https://shop.test/", "secrets": PAIR} | changes
    return add_channel(seller_id=seller.id, at=AT, **given)


def test_a_new_channel_is_a_draft_whose_secrets_nobody_reads(aydin):
    channel = connect(aydin)

    assert (channel.state, channel.role, channel.base_url) == ("draft", "store", "https://shop.test")
    kept = bytes(Channel.objects.system().get().secrets)
    assert not any(value.encode() in kept for value in PAIR.values())
    assert not any(value in repr(channel) + str(vars(channel)) for value in PAIR.values())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"slug": "nowhere"}, "slug"),
        ({"name": " "}, "name"),
        ({"base_url": "ftp://shop.test"}, "base_url"),
        ({"base_url": "https://user:pw@shop.test"}, "base_url"),
        ({"base_url": ""}, "base_url"),
        ({"secrets": {"consumer_key": "ck_1"}}, "consumer_secret"),
        ({"secrets": PAIR | {"consumer_secret": " "}}, "consumer_secret"),
        ({"secrets": PAIR | {"token": "x"}}, "token"),
        ({"settings": {"colour": "red"}}, "colour"),
    ],
)
def test_a_channel_that_cannot_be_is_refused_by_name(aydin, changes, field):
    with pytest.raises(Invalid) as refused:
        connect(aydin, **changes)

    assert refused.value.field == field
    assert not Channel.objects.system().exists()


def test_a_name_is_taken_once_by_a_seller(aydin, borealis):
    connect(aydin)
    connect(borealis)

    with pytest.raises(Refused, match="has a channel of this name already"):
        connect(aydin)


def test_another_sellers_channel_does_not_exist(aydin, borealis):
    channel = connect(aydin)

    with pytest.raises(Channel.DoesNotExist):
        replace_secrets(seller_id=borealis.id, channel_id=channel.id, secrets=PAIR, at=AT)
    with pytest.raises(Channel.DoesNotExist):
        change_settings(seller_id=borealis.id, channel_id=channel.id, settings={})
    with pytest.raises(Channel.DoesNotExist):
        open_storefront(seller_id=borealis.id, channel_id=channel.id, code="TR")


@pytest.mark.parametrize("number", ["", "my shop", "12 34"])
def test_a_channel_whose_connector_needs_an_account_number_is_refused_without_it(aydin, number):
    mine = {"slug": "trendyol", "name": "Trendyol", "secrets": {"api_key": "k", "api_secret": "s"}, "at": AT}

    with pytest.raises(Invalid, match="account_ref must be Trendyol's seller number"):
        add_channel(seller_id=aydin.id, account_ref=number, **mine)
    assert not Channel.objects.system().exists()
    assert add_channel(seller_id=aydin.id, account_ref="107703", **mine).account_ref == "107703"


def test_settings_are_merged_and_a_value_that_is_not_allowed_is_refused(aydin):
    channel = market(aydin)

    change_settings(seller_id=aydin.id, channel_id=channel.id, settings={"listing_key": "sku"})
    change_settings(seller_id=aydin.id, channel_id=channel.id, settings={"hub.every.orders": 3})
    with pytest.raises(Invalid, match="'barcode' is not one of gtin, sku"):
        change_settings(seller_id=aydin.id, channel_id=channel.id, settings={"listing_key": "barcode"})

    channel.refresh_from_db()
    assert channel.settings == {"listing_key": "sku", "hub.every.orders": 3}


def test_a_storefront_that_the_marketplace_does_not_have_is_refused_with_those_it_has(aydin):
    channel = market(aydin)

    assert open_storefront(seller_id=aydin.id, channel_id=channel.id, code="DE").currency == "EUR"
    with pytest.raises(Invalid, match=r"'XX' is not one of .*DE.*TR"):
        open_storefront(seller_id=aydin.id, channel_id=channel.id, code="XX")


def test_a_channel_goes_live_only_after_check_and_match_and_its_orders_count_from_then(aydin):
    channel = market(aydin, state="draft")
    with pytest.raises(IllegalMove):
        move_channel(channel=channel, event="go_live", actor="seller", at=AT)

    for event, actor in (("check", "hub"), ("match", "hub"), ("go_live", "seller")):
        channel.refresh_from_db()
        move_channel(channel=channel, event=event, actor=actor, at=AT)

    channel.refresh_from_db()
    assert (channel.state, channel.orders_from) == ("live", AT)


def test_no_remote_is_called_inside_a_transaction(aydin):
    with pytest.raises(Refused, match="inside an open transaction"):  # the test's own
        client_for(connect(aydin)).send(Request("GET", "/x", endpoint="x"))


def bind(channel, *pairs) -> int:
    return bind_many(seller_id=channel.seller_id, channel_id=channel.id, kind="variant", pairs=pairs)


def test_a_ref_stands_for_one_of_ours_and_moves_when_it_is_told_otherwise(aydin):
    channel = store(aydin)

    assert bind(channel, (1, "a", "p"), (2, "b", "p")) == 2
    assert bind(channel, (3, "a", "p"), (2, "b", "q")) == 2

    assert set(Binding.objects.system().values_list("their_ref", "our_id", "parent_ref")) == {
        ("a", 3, "p"),
        ("b", 2, "q"),
    }


def test_what_is_bound_already_is_not_written(aydin):
    channel = store(aydin)
    bind(channel, (1, "a", "p"), (2, "b", "p"))

    with CaptureQueriesContext(connection) as asked:
        assert bind(channel, (1, "a", "p"), (2, "b", "p")) == 0

    assert [q["sql"][:6] for q in asked] == ["SELECT"]


def learn(*names: str, is_complete: bool = True) -> int:
    words = [records.Brand(brand_ref=name.lower(), name=name) for name in names]
    return learn_taxa(connector="trendyol", kind="brand", scope="", words=words, is_complete=is_complete, at=AT)


def test_a_word_that_a_complete_reading_lacks_is_gone_and_comes_back(db):
    learn("Toros", "Pera")

    learn("Toros")
    assert [t.name for t in taxa(connector="trendyol", kind="brand")] == ["Toros"]
    assert Taxon.objects.count() == 2

    learn("Toros", "Pera")
    assert [t.name for t in taxa(connector="trendyol", kind="brand")] == ["Pera", "Toros"]


def test_an_empty_or_partial_reading_takes_nothing_away(db):
    learn("Toros", "Pera")

    learn()
    learn("Toros", is_complete=False)

    assert len(taxa(connector="trendyol", kind="brand")) == 2
