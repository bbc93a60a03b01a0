"""A channel from its credentials to the first push."""

from __future__ import annotations

import pytest

from entrepot.catalog.models import Mapping, Product
from entrepot.channels.services import approve_first_push, replace_secrets
from entrepot.core.clock import now
from entrepot.core.errors import RemoteError
from entrepot.ingress import services as ingress
from entrepot.listings.models import Listing
from entrepot.pricing.models import BasePrice

from .world import World, open_world


def checked(world: World, channel) -> dict[str, str]:
    found = ingress.check_channel(channel=channel, at=now())
    channel.refresh_from_db()
    return found


def test_good_credentials_use_every_right_and_tell_the_shops_facts(world):
    assert set(checked(world, world.store).values()) == {"ok"}
    assert world.store.state == "checked"
    assert world.store.settings["store.currency"] == "TRY"
    assert {"pull_products", "pull_stock", "push_order", "register_webhooks", "pull_categories"} <= set(
        world.store.checks
    )

    assert set(checked(world, world.market).values()) == {"ok"}
    assert world.market.state == "checked"


def test_a_check_that_could_use_nothing_does_not_pass(world):
    world.market.account_ref = ""  # from before it was asked for
    world.market.save(update_fields=["account_ref"])

    assert list(checked(world, world.market)) == ["account"]
    assert world.market.state == "draft"


def test_a_key_that_may_only_read_names_what_it_lacks(transactional_db, tmp_path, settings):
    with open_world(tmp_path) as world:
        keys = world.server.credentials()["woocommerce"]
        pair = {"consumer_key": keys["readonly_key"], "consumer_secret": keys["readonly_secret"]}
        replace_secrets(seller_id=world.seller_id, channel_id=world.store.id, secrets=pair, at=now())
        world.store.refresh_from_db()

        found = checked(world, world.store)

    assert (found["pull_products"], world.store.state) == ("ok", "draft")
    assert found["push_order"].startswith("no permission: WooCommerce refused")
    assert not any(secret in text for text in found.values() for secret in pair.values())


def test_wrong_credentials_are_said_for_every_right(world):
    replace_secrets(
        seller_id=world.seller_id, channel_id=world.market.id, secrets={"api_key": "x", "api_secret": "y"}, at=now()
    )
    world.market.refresh_from_db()

    found = checked(world, world.market)

    assert world.market.state == "draft"
    assert all("no permission" in text for text in found.values())


def test_a_shop_that_answers_a_page_is_no_shop_yet(world):
    world.shop("html_mode", on=True)

    found = checked(world, world.store)

    assert world.store.state == "draft"
    assert all("HTML page" in text for text in found.values())
    with pytest.raises(RemoteError):
        ingress.match_channel(channel=world.store, at=now())


def seed(world: World, barcode: str, sku: str, **facts) -> None:
    given = {
        "quantity": 11,
        "sale_price": 150.0,
        "stockCode": sku,
        "title": "Satıştaki çay",
        "category_id": 561,
    } | facts
    world.trendyol("seed_product", barcode=barcode, **given)


def test_the_dry_first_pull_reports_what_fits_and_changes_nothing(world):
    world.bring_in()
    seed(world, "8690123400171", "BASKA-1")  # CAY-1's GTIN
    seed(world, "NOT-A-GTIN", "cay 2")  # CAY-2, written otherwise
    seed(world, "8690123400515", "TS-KIR-S")  # one's GTIN and another's SKU
    seed(world, "STRANGER", "STRANGER")
    checked(world, world.market)

    report = ingress.match_channel(channel=world.market, at=now())

    assert (report["read"], report["exact"], report["normalised"]) == (4, 1, 1)
    assert [sorted(row["ours"]) for row in report["ambiguous"]] == [["TS-KIR-S", "TS-LAC-S"]]
    assert report["none"] == [["STRANGER", "STRANGER"]]
    assert not Listing.objects.system().exists()
    world.market.refresh_from_db()
    assert (world.market.state, world.market.match_report["exact"]) == ("matched", 1)


def test_what_is_live_already_is_adopted_and_the_first_difference_waits_for_a_person(world):
    world.bring_in()
    seed(world, "8690123400171", "CAY-1", brand_id=70002)
    seed(world, "OWN-BARCODE", "CAY-2", quantity=25, sale_price=79.5, list_price=94.5)
    world.connect_market()
    world.learn()
    world.sheet()

    assert ingress.adopt_live(channel=world.market, at=now()) == 2
    ingress.go_live(channel=world.market, at=now())
    for _ in range(6):
        world.turn()

    assert world.states() == {"CAY-1": "live", "CAY-2": "live"}
    assert world.listing("CAY-2").listing_ref == "OWN-BARCODE"
    assert (world.level("CAY-1").acknowledged_value, world.level("CAY-1").desired_value) == (11, 40)
    assert world.level("CAY-1").is_due
    assert not world.level("CAY-2").is_due
    assert world.entries("batch.completed") == []

    approve_first_push(seller_id=world.seller_id, channel_id=world.market.id, at=now())
    world.settle()

    assert world.stock_there("CAY-1") == 40
    assert world.price_there("CAY-1")[0] == BasePrice.objects.system().get(variant__sku="CAY-1").regular
    assert {(m.kind, m.ours, m.theirs_ref, m.source) for m in Mapping.objects.system()} == {
        ("category", "Gıda > Çay", "561", "gtin"), ("brand", "Toros", "70002", "gtin"),
    }  # fmt: skip
    assert Product.objects.system().get(variants__sku="CAY-1").state == "edited"  # by the sheet; nobody approved it
    assert {e["barcode"] for e in world.entries("listing.content_set")} == {"8690123400171", "OWN-BARCODE"}  # as seeded
    assert len(world.entries("listing.content_set")) == 2


def test_what_a_person_lists_in_the_panel_later_is_taken_as_it_is(world):
    world.bring_in()
    world.connect_market()
    world.learn()
    world.open_market()
    world.approve("CAY-1")  # without the sheet it lacks facts
    world.turn()
    assert world.states() == {"CAY-1": "draft"}
    seed(world, "8690123400171", "CAY-1")

    world.pull("observed")
    world.settle()

    assert world.states() == {"CAY-1": "live"}
    assert world.stock_there("CAY-1") == 40
