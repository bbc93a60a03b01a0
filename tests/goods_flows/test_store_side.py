"""What a shop does to its goods, and what becomes of their listings."""

from __future__ import annotations

import ssl

import httpx
import pytest

from entrepot.catalog.models import Product, Variant
from entrepot.catalog.services import approve_products, edit_products, edit_variants, give_back_field
from entrepot.channels.services import replace_secrets
from entrepot.core.clock import now
from entrepot.events.models import Outbox
from entrepot.ingress.models import Feed, SetAside
from entrepot.ingress.services import approve_missing, follow_given_back
from entrepot.listings.models import Listing
from entrepot.listings.services import retry_listings

from .world import GOODS, SKUS, World, open_world


def kinds_of(world: World, sku: str) -> list[tuple[str, object]]:
    """What the marketplace's ledger says of one listing since it was approved."""
    ref = world.listing(sku).listing_ref
    told = [e for e in world.entries("stock.set", "listing.archived", "listing.unarchived") if e["barcode"] == ref]
    return [(e["kind"], e.get("quantity")) for e in told]


@pytest.mark.parametrize("how", ["draft", "private", "deleted"])
def test_goods_that_leave_the_shop_go_to_zero_first_and_close_then(live, how):
    if how == "deleted":
        live.shop("delete_product", sku="CAY-1")
        live.pull("stock")
    else:
        live.shop("unpublish", sku="CAY-1", status=how)
        live.pull("products")
    live.settle()

    assert live.states()["CAY-1"] == "closed"
    assert kinds_of(live, "CAY-1")[-2:] == [("stock.set", 0), ("listing.archived", None)]
    assert set(live.states().values()) == {"live", "closed"}


def test_a_draft_takes_all_its_variations_along_and_publishing_lists_them_again(live):
    live.shop("unpublish", sku="TS")
    live.pull("products")
    live.settle()
    assert [live.states()[sku] for sku in ("TS-LAC-S", "TS-LAC-M", "TS-KIR-S")] == ["closed"] * 3

    live.shop("unpublish", sku="TS", status="publish")
    live.pull("products")
    live.settle()

    assert set(live.states().values()) == {"live"}
    assert kinds_of(live, "TS-LAC-M")[-2:] == [("listing.unarchived", None), ("stock.set", 6)]


def test_what_a_pass_missed_once_comes_back_with_the_next(live):
    live.shop("unpublish", sku="CAY-2")
    live.pull("stock")  # no pull of products saw the draft
    live.settle()
    assert live.states()["CAY-2"] == "closed"

    live.shop("unpublish", sku="CAY-2", status="publish")
    Feed.objects.system().filter(name="products").update(watermark_ms=int(now().timestamp() * 1000) + 3_600_000)
    live.pull("stock")
    assert Feed.objects.system().get(name="products").wanted_refs == ["202"]
    live.pull("products")
    live.settle()

    assert (live.states()["CAY-2"], live.stock_there("CAY-2")) == ("live", 25)


def test_a_variations_edit_that_leaves_its_parents_date_alone_is_seen(live):
    """A variation's stock by the full pass, its picture when its turn in the sweep comes."""
    live.pull("products")
    live.shop("set_stock", sku="TS-LAC-S", quantity=2)
    live.shop("edit", sku="TS-LAC-S", image={"src": "https://img.test/yeni.jpg"})
    Feed.objects.system().filter(name="products").update(watermark_ms=int(now().timestamp() * 1000) + 3_600_000)

    live.pull("stock")
    live.pull("products")
    live.settle()

    assert live.stock_there("TS-LAC-S") == 2
    assert live.variant("TS-LAC-S").images == ["https://img.test/yeni.jpg"]


def test_stock_that_no_modified_date_shows_is_found_by_the_full_pass(live):
    live.shop("bump_modified", on=False)
    live.shop("sell", sku="CAY-1", quantity=5)

    live.pull("stock")
    live.settle()

    assert live.stock_there("CAY-1") == 35


def test_a_broken_or_empty_shop_zeroes_nothing(live):
    live.shop("html_mode", on=True)
    feed = live.pull("stock")
    live.settle()
    assert "HTML page" in feed.last_error
    assert live.stock_there("CAY-1") == 40

    live.shop("html_mode", on=False)
    for sku in ("CAY-1", "CAY-2", "TS"):
        live.shop("delete_product", sku=sku)
    feed = live.pull("stock")
    live.settle()

    assert "0 of 5 goods; the other 5 stay on sale" in feed.last_error
    assert set(live.states().values()) == {"live"}
    assert [live.stock_there(sku) for sku in SKUS] == [40, 25, 8, 6, 3]

    approve_missing(seller_id=live.seller_id, channel_id=live.store.id, at=now())
    assert live.pull("stock").last_error == ""
    live.settle()
    assert [live.stock_there(sku) for sku in SKUS] == [0, 0, 0, 0, 0]


def test_a_key_that_was_revoked_locks_the_shop_out_and_zeroes_nothing(live):
    pair = {"consumer_key": "ck_revoked", "consumer_secret": "cs_revoked"}
    replace_secrets(seller_id=live.seller_id, channel_id=live.store.id, secrets=pair, at=now())

    live.pull("stock")
    live.store.refresh_from_db()
    live.settle()

    assert live.store.state == "locked_out"
    assert live.stock_there("CAY-1") == 40


def test_pages_that_shift_under_the_reader_lose_nothing(transactional_db, tmp_path, settings):
    more = "".join(
        f"{400 + i},simple,MORE-{i},,Bardak {i},1,Cam.,,1,{i},0.2,,50,Ev,https://img.test/b.jpg,,Toros,,,,,,\n"
        for i in range(130)
    )
    with open_world(tmp_path, GOODS + more) as world:
        world.connect_store()
        world.dials("woocommerce", shifting_pages=1.0)
        world.pull("products")
        world.pull("stock")
        world.dials("woocommerce", shifting_pages=0.0)

        skus = set(Variant.objects.system().values_list("sku", flat=True))
        assert {f"MORE-{i}" for i in range(130)} | set(SKUS) <= skus
        assert {v.is_published for v in Variant.objects.system().filter(sku__in=SKUS)} == {True}


ODD = """\
301,simple,,,SKU yok,1,Yok.,,1,4,0.2,,50,Gıda > Çay,https://img.test/1.jpg,,Toros,,,,,,
302,variable,DUP,,İkizler,1,Yok.,,1,,,,,Giyim > Tişört,https://img.test/1.jpg,,Toros,Beden,"S, M",1,,,
303,variation,DUP,,İkizler,1,,,1,4,0.2,,50,,https://img.test/1.jpg,DUP,,Beden,S,1,,,
305,simple,DOWN,,Eksi çay,1,Demli.,,1,-3,0.2,,50,Gıda > Çay,https://img.test/1.jpg,,Toros,,,,,,
306,simple,HALF,,Buçuk çay,1,Demli.,,1,4.5,0.2,,50,Gıda > Çay,https://img.test/1.jpg,,Toros,,,,,,
307,simple,GONE-PIC,,Resimsiz çay,1,Demli.,,1,4,0.2,,50,Gıda > Çay,https://cdn.invalid/1.jpg,,Toros,,,,,,
308,simple,NO-CAT,,Bilinmeyen,1,Demli.,,1,4,0.2,,50,Gıda > Bambaşka,https://img.test/1.jpg,,Toros,,,,,,
309,simple,UNCOUNTED,,Sayılmayan çay,1,Demli.,,1,,0.2,,50,Gıda > Çay,https://img.test/1.jpg,,Toros,,,,,,
"""
ODD_FACTS = "sku,origin,vat_rate,attribute:Net Miktar,attribute:Saklama Koşulu\n" + "".join(
    f"{sku},TR,0.10,500 g,Kuru ve serin yerde\n" for sku in ("DOWN", "HALF", "GONE-PIC", "NO-CAT", "UNCOUNTED")
)


@pytest.fixture
def odd(transactional_db, tmp_path):
    """The usual goods beside odd ones, taken as far as each will go."""
    with open_world(tmp_path, GOODS + ODD) as world:
        world.bring_in()
        world.connect_market()
        world.learn()
        world.sheet()
        world.sheet(ODD_FACTS)
        world.approve()
        world.open_market()
        world.settle(30)
        yield world


def lacking(world: World, sku: str) -> dict[str, str]:
    return {m["field"]: m["why"] for m in world.listing(sku).missing}


def test_every_odd_thing_has_a_state_of_its_own_and_stops_nothing_else(odd):
    states = odd.states()
    asides = {a.subject: a.reason for a in SetAside.objects.system().filter(kind="product", state="open")}

    assert {states[sku] for sku in SKUS} == {"live"}
    assert "is missing; give the variant a SKU in the store" in asides["variant 301 of product 301"]
    assert "is missing" in asides["variant 303 of product 302"]  # it answers with its parent's SKU
    assert (states["DOWN"], odd.stock_there("DOWN")) == ("live", 0)
    assert (states["HALF"], odd.stock_there("HALF")) == ("live", 4)
    assert "4.5 is not whole" in odd.variant("HALF").notes[0]
    assert states["GONE-PIC"] == "failed"
    assert "Görsel" in odd.listing("GONE-PIC").refusal
    assert states["NO-CAT"] == "draft"
    assert lacking(odd, "NO-CAT") == {"category": "'Gıda > Bambaşka' is not mapped to a category of the marketplace"}
    assert states["UNCOUNTED"] == "draft"
    assert list(lacking(odd, "UNCOUNTED")) == ["quantity"]


def test_every_odd_thing_can_be_mended(odd):
    odd.sheet("kind,scope,ours,theirs\ncategory,,Bambaşka,Çay\n")
    odd.sheet("sku,quantity\nUNCOUNTED,9\n")
    gone = Product.objects.system().get(variants__sku="GONE-PIC")
    edit_products(
        seller_id=odd.seller_id, cells=[(gone.id, "images", gone.images, ["https://img.test/2.jpg"])], at=now()
    )
    own = odd.variant("GONE-PIC")
    if own.images:
        edit_variants(seller_id=odd.seller_id, cells=[(own.id, "images", own.images, [])], at=now())
    approve_products(seller_id=odd.seller_id, product_ids=[gone.id], at=now())
    odd.settle(30)
    failed = Listing.objects.system().filter(state="failed").values_list("id", flat=True)
    retry_listings(seller_id=odd.seller_id, listing_ids=list(failed), at=now())
    odd.settle(30)

    assert set(odd.states().values()) == {"live"}
    assert odd.stock_there("UNCOUNTED") == 9


def test_a_sku_that_is_given_later_closes_what_was_set_aside(odd):
    aside = SetAside.objects.system().get(subject="variant 301 of product 301")
    _give_sku(odd, 301, "NEW-SKU")

    odd.pull("products")

    aside.refresh_from_db()
    assert aside.state == "replayed"
    assert Variant.objects.system().filter(sku="NEW-SKU").exists()


def _give_sku(world: World, product_id: int, sku: str) -> None:
    world.shop("configure", assume_https=True)
    keys = world.server.credentials()["woocommerce"]
    with httpx.Client(trust_env=False, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)) as http:
        answer = http.put(
            f"{keys['url']}/wp-json/wc/v3/products/{product_id}", json={"sku": sku},
            auth=(keys["consumer_key"], keys["consumer_secret"]),
        )  # fmt: skip
    world.shop("configure", assume_https=False)
    assert answer.status_code == 200, answer.text


def test_a_changed_text_and_a_changed_weight_reach_the_card_and_its_variants(live):
    shirt = Product.objects.system().get(product_ref="203")
    cells = [(shirt.id, "description", shirt.description, "Yumuşacık.")]
    edit_products(seller_id=live.seller_id, cells=cells, at=now())
    live.sheet("sku,weight_g\nTS-LAC-M,450\n")
    live.settle()
    assert live.states()["TS-LAC-M"] == "update"

    live.approve("TS-LAC-M")
    live.settle(30)

    assert set(live.states().values()) == {"live"}
    told = {
        sku: [name for e in live.entries("listing.content_set")[5:] if e["barcode"] == live.listing(sku).listing_ref
              for name in e["fields"]]
        for sku in SKUS
    }  # fmt: skip
    assert "dimensionalWeight" in told["TS-LAC-M"]
    assert "dimensionalWeight" not in told["TS-LAC-S"]
    assert all("description" in told[sku] for sku in ("TS-LAC-S", "TS-LAC-M", "TS-KIR-S"))
    assert told["CAY-1"] == []
    listing = live.listing("TS-LAC-M")
    assert listing.acknowledged_hash == listing.content_hash


def test_a_listing_closed_while_it_waits_for_approval_ends_without_being_sold(world):
    world.switch(approval_delay_s=1.0)
    world.bring_in()
    world.connect_market()
    world.learn()
    world.sheet()
    world.approve("CAY-1")
    world.open_market()
    world.until(lambda: bool(world.entries("product.created")), 10)
    world.shop("unpublish", sku="CAY-1")
    world.pull("products")

    world.settle(30)

    assert world.states() == {"CAY-1": "closed"}
    assert kinds_of(world, "CAY-1")[-2:] == [("stock.set", 0), ("listing.archived", None)]


def test_the_categories_of_the_shop_come_with_their_paths(world):
    world.bring_in()

    assert dict(Product.objects.system().values_list("product_ref", "category")) == {
        "201": "Gıda > Çay", "202": "Gıda > Çay", "203": "Giyim > Tişört",
    }  # fmt: skip


def test_wild_values_in_the_shop_are_set_aside_by_name_and_stop_no_neighbour(live):
    live.shop("edit", sku="CAY-1", name="Rize\x00 Çayı")
    live.shop("edit", sku="TS-LAC-S", manage_stock=True, stock_quantity=3_000_000_000)
    live.shop("set_stock", sku="TS-LAC-M", quantity=2)
    live.shop("edit", sku="CAY-2", name="Dağ adaçayı 100 g")

    for name in ("products", "stock"):
        assert live.pull(name).last_error == ""
    live.settle()

    asides = {(a.subject, a.field): a.reason for a in SetAside.objects.system().filter(state="open")}
    assert asides["product 201", "title"] == "holds a NUL character"
    assert any("variation 204" in s or "variant 204" in s for s, f in asides if f == "quantity")
    assert live.variant("CAY-2").product.title == "Dağ adaçayı 100 g"
    assert live.stock_there("TS-LAC-M") == 2
    assert (live.states()["CAY-1"], live.stock_there("TS-LAC-S")) == ("live", 8)  # as they were


def test_a_field_that_was_edited_here_is_the_stores_again_with_the_next_pull(live):
    row = live.variant("CAY-1").product
    theirs = row.title
    edit_products(seller_id=live.seller_id, cells=[(row.id, "title", theirs, "Bizim çay")], at=now())
    live.shop("edit", sku="CAY-1", description="Yeni metin")
    live.pull("products")
    row.refresh_from_db()
    assert (row.title, row.description) == ("Bizim çay", "Yeni metin")
    live.store.settings["hub.sweep.products"] = 0  # nothing is read again by chance
    live.store.save(update_fields=["settings"])

    assert give_back_field(seller_id=live.seller_id, product_ids=[row.id], field="title") == [row.id]
    follow_given_back(list(Outbox.objects.filter(type="channel.field_given_back")))
    assert Feed.objects.get(channel=live.store, name="products").wanted_refs == [row.product_ref]
    live.pull("products")

    row.refresh_from_db()
    assert (row.title, row.description) == (theirs, "Yeni metin")
