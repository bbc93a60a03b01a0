from __future__ import annotations

import re

import pytest

from .trendyol_shop import COLOUR, GENDER, SIZE, WEB_COLOUR, Shop, product

CREATE = "/product/sellers/{s}/v2/products"


def without(name):
    return {key: value for key, value in product().items() if key != name}


def with_attribute(attribute_id, **value):
    rows = [row for row in product()["attributes"] if row["attributeId"] != attribute_id]
    return product(attributes=[*rows, {"attributeId": attribute_id, **value}] if value else rows)


def test_a_good_product_is_taken_reviewed_and_approved():
    shop = Shop()

    assert shop.create(product()) == [("SUCCESS", [])]
    assert shop.get("/product/sellers/{s}/product/KZY-1").json()["approved"] is False
    shop.after(0.8)

    base = shop.get("/product/sellers/{s}/product/KZY-1").json()
    assert (base["approved"], base["archived"], base["barcode"]) == (True, False, "KZY-1")
    assert re.fullmatch(r"[0-9a-f]{32}", base["listingId"])
    assert [e["kind"] for e in shop.kinds("product.created", "product.approved")] == [
        "product.created",
        "product.approved",
    ]
    [stock] = shop.kinds("stock.set")
    assert (stock["barcode"], stock["quantity"], stock["storefront"]) == ("KZY-1", 40, "TR")
    [price] = shop.kinds("price.set")
    assert (price["sale_price"], price["list_price"]) == ("299.90", "349.90")


@pytest.mark.parametrize("items", [None, [], "x", [1], [product()] * 1001])
def test_a_body_without_one_to_a_thousand_items_is_refused_at_once(items):
    answer = Shop().post(CREATE, {"items": items})

    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert error["errorCode"] == "400"
    assert set(error) == {"key", "message", "errorCode"}


MANDATORY = [
    "title", "productMainId", "brandId", "categoryId", "quantity", "stockCode", "origin", "dimensionalWeight",
    "description", "listPrice", "salePrice", "vatRate", "images", "attributes",
]  # fmt: skip


@pytest.mark.parametrize("name", MANDATORY)
def test_a_product_without_a_mandatory_field_fails_and_the_reason_names_it(name):
    shop = Shop()

    [bad, good] = shop.create(without(name), product("KZY-2"))

    assert bad == ("FAILED", [f"{name} is required"])
    assert good[0] == "SUCCESS"


def test_stock_code_and_weight_are_optional_when_the_switch_follows_the_guide():
    shop = Shop()
    shop.do("switch", name="stock_code_required", value=False)
    fields = {k: v for k, v in product().items() if k not in ("stockCode", "dimensionalWeight")}

    assert shop.create(fields) == [("SUCCESS", [])]


WRONG = [
    (product("A" * 41, productMainId="M"), "barcode"), (product("A/1"), "barcode"), (product(title="x" * 101), "title"),
    (product(productMainId="x" * 41), "productMainId"), (product(brandId=1), "brandId"),
    (product(categoryId=501), "categoryId"), (product(categoryId=99), "categoryId"),
    (product(quantity=20_001), "quantity"), (product(quantity=-1), "quantity"), (product(quantity=1.5), "quantity"),
    (product(origin="TUR"), "origin"), (product(origin="tr"), "origin"),
    (product(description="x" * 30_001), "description"), (product(salePrice=350), "listPrice"),
    (product(salePrice=0), "salePrice"), (product(salePrice="299"), "salePrice"), (product(vatRate=18), "vatRate"),
    (product(images=[]), "images"), (product(images=[{"url": "http://img.test/1.jpg"}]), "images"),
    (product(images=[{"url": "https://img.test/1.jpg"}] * 9), "images"), (product(lotNumber="a_b"), "lotNumber"),
    (product(shipmentAddressId=5), "shipmentAddressId"), (product(cargoProviders=["NONE"]), "cargoProviders"),
    (product(deliveryOption={"deliveryDuration": 2}), "deliveryOption"),
    (with_attribute(COLOUR), "Renk"), (with_attribute(SIZE), "Beden"),
    (with_attribute(SIZE, customAttributeValue="S"), "Beden"), (with_attribute(SIZE, attributeValueId=1), "Beden"),
    (with_attribute(SIZE, attributeValueIds=[4601, 4602]), "Beden"), (with_attribute(7, attributeValueId=1), "7"),
    (with_attribute(COLOUR, customAttributeValue="x" * 51), "Renk"), (with_attribute(GENDER, attributeValueId=None), "Cinsiyet"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "named"), WRONG, ids=lambda value: value if isinstance(value, str) else "")
def test_a_field_outside_its_rule_fails_the_item_and_the_reason_names_it(wrong, named):
    [(status, reasons)] = Shop().create(wrong)

    assert status == "FAILED"
    assert len(reasons) == 1, reasons
    assert named in reasons[0]


def test_all_four_spellings_of_attribute_values_are_taken_and_echoed_in_the_singular():
    shop = Shop()
    rows = [
        {"attributeId": COLOUR, "attributeValue": "Lacivert"}, {"attributeId": WEB_COLOUR, "attributeValueIds": [2889]},
        {"attributeId": SIZE, "attributeValueId": 4601}, {"attributeId": GENDER, "attributeValueIds": [2875]},
    ]  # fmt: skip

    answer = shop.post(CREATE, {"items": [product(attributes=rows)]})
    assert shop.verdicts(answer) == [("SUCCESS", [])]

    echo = shop.batch(answer.json()["batchRequestId"])["items"][0]["requestItem"]
    assert echo["barcode"] == echo["product"]["barcode"] == "KZY-1"
    assert echo["product"]["attributes"] == [
        {"attributeId": COLOUR, "customAttributeValue": "Lacivert"}, {"attributeId": WEB_COLOUR, "attributeValueId": 2889},
        {"attributeId": SIZE, "attributeValueId": 4601}, {"attributeId": GENDER, "attributeValueId": 2875},
    ]  # fmt: skip


def test_inner_spaces_of_a_barcode_are_removed_and_turkish_letters_stay():
    shop = Shop()

    assert shop.create(product("ŞİŞ 1 Ğ"))[0][0] == "SUCCESS"
    assert shop.get("/product/sellers/{s}/product/ŞİŞ1Ğ").status_code == 200


def test_a_barcode_twice_in_a_request_or_already_listed_fails_at_its_item():
    shop = Shop()

    first = shop.create(product(), product())
    again = shop.create(product())

    assert [status for status, _ in first] == ["SUCCESS", "FAILED"]
    assert again[0][0] == "FAILED"
    assert "mevcut" in again[0][1][0]


def test_a_batch_is_in_progress_then_completed_and_its_id_ends_with_its_expiry():
    shop = Shop()
    batch_id = shop.post(CREATE, {"items": [product(), without("origin")]}).json()["batchRequestId"]

    waiting = shop.batch(batch_id)
    shop.after(0.3)
    done = shop.batch(batch_id)

    assert (waiting["status"], waiting["items"][0]["status"]) == ("IN_PROGRESS", "IN_PROGRESS")
    assert (done["status"], done["itemCount"], done["failedItemCount"]) == ("COMPLETED", 2, 1)
    assert (done["batchRequestType"], done["sourceType"]) == ("ProductV2OnBoarding", "API")
    assert int(batch_id.rsplit("-", 1)[1]) == done["creationDate"] // 1000 + 14_400


@pytest.mark.parametrize("forget", ["time", "action", "dial"])
def test_a_forgotten_batch_reads_like_an_unknown_one(forget):
    shop = Shop(forget_batch=1.0 if forget == "dial" else 0.0)
    batch_id = shop.post(CREATE, {"items": [product()]}).json()["batchRequestId"]
    shop.after(0.3)
    if forget == "time":
        shop.after(4 * 3600 - 2)
        assert shop.batch(batch_id)["status"] == "COMPLETED"
        shop.after(2)
    elif forget == "action":
        shop.do("forget_batch", batch_id=batch_id)

    assert shop.batch(batch_id)["status"] == "PROCESSING"
    shop.do("switch", name="unknown_batch", value="not_found")
    assert shop.get(f"/product/sellers/{{s}}/products/batch-requests/{batch_id}").status_code == 404


def test_the_dial_refuses_an_item_once_and_not_again():
    shop = Shop(refuse_batch_items=1.0)

    first, second = shop.create(product()), shop.create(product())

    assert first[0][0] == "FAILED"
    assert second == [("SUCCESS", [])]


REFUSED = [
    ({"title": "Replika tişört"}, "Yasaklı Kelime"), ({"title": "Dört"}, "Hatalı Ürün Adı"),
    ({"description": ""}, "Hatalı Açıklama"), ({"images": [{"url": "https://img.invalid/1.jpg"}]}, "Hatalı Görsel"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "reason"), REFUSED)
def test_the_review_refuses_with_reasons_and_takes_the_corrected_product(changes, reason):
    shop = Shop()
    assert shop.create(product(**changes)) == [("SUCCESS", [])]
    shop.after(0.8)

    [row] = shop.get("/product/sellers/{s}/products/unapproved?status=rejected").json()["content"]
    assert [r["rejectReason"] for r in row["rejectReasonDetails"]] == [reason]
    assert row["media"] == product(**changes)["images"]
    assert shop.kinds("product.refused")[0]["reasons"][0]["rejectReason"] == reason

    answer = shop.post("/product/sellers/{s}/products/unapproved-bulk-update", {"items": [product()]})
    assert shop.verdicts(answer) == [("SUCCESS", [])]
    shop.after(0.8)
    assert shop.get("/product/sellers/{s}/product/KZY-1").json()["approved"] is True


def test_an_unapproved_update_keeps_what_is_left_out_and_never_touches_price_or_approved_products():
    shop, path = Shop(), "/product/sellers/{s}/products/unapproved-bulk-update"
    shop.live("LIVE")
    shop.create(product())

    answer = shop.post(path, {"items": [
        {"barcode": "KZY-1", "title": "Yeni ad burada", "salePrice": 1, "quantity": 1}, {"barcode": "LIVE", "title": "Olmaz"},
        {"barcode": "NONE", "title": "Olmaz"},
    ]})  # fmt: skip

    assert [status for status, _ in shop.verdicts(answer)] == ["SUCCESS", "FAILED", "FAILED"]
    [row] = shop.get("/product/sellers/{s}/products/unapproved").json()["content"]
    assert (row["title"], row["salePrice"], row["quantity"], row["stockCode"]) == (
        "Yeni ad burada",
        299.9,
        40,
        "S-KZY-1",
    )
    shop.do("switch", name="unapproved_update", value="500")
    assert shop.post(path, {"items": [{"barcode": "KZY-1", "title": "Kısa liste"}]}).status_code == 500


def test_sizes_share_a_card_and_another_colour_has_its_own():
    shop = Shop()
    sizes = [
        with_attribute(SIZE, attributeValueId=4600 + n) | {"barcode": f"B-{n}", "productMainId": "M"} for n in (1, 2)
    ]
    other = with_attribute(COLOUR, customAttributeValue="Bej") | {"barcode": "B-3", "productMainId": "M"}

    shop.create(*sizes, other)
    shop.after(0.8)

    cards = shop.get("/product/sellers/{s}/products/approved").json()
    shown = [[v["barcode"] for v in card["variants"]] for card in cards["content"]]
    assert (cards["totalElements"], shown) == (2, [["B-1", "B-2"], ["B-3"]])
    assert cards["content"][0]["variants"][0]["attributes"] == [
        {"attributeId": SIZE, "attributeName": "Beden", "attributeValueId": 4601, "attributeValue": "S"}
    ]


def test_storefronts_list_the_same_barcode_apart_with_their_own_vat():
    shop = Shop()
    german = {"headers": {"storeFrontCode": "DE"}}

    assert shop.create(product(), **german)[0][1] == ["vatRate must be one of 0, 7, 19"]
    assert shop.create(product(vatRate=19), **german) == [("SUCCESS", [])]
    assert shop.get("/product/sellers/{s}/product/KZY-1").status_code == 404
    assert shop.create(product()) == [("SUCCESS", [])]


def test_lists_page_within_ten_thousand_and_go_on_by_token():
    shop, path = Shop(), "/product/sellers/{s}/products/approved"
    for n in range(5):
        shop.live(f"B-{n}")

    first = shop.get(f"{path}?size=2").json()
    second = shop.get(f"{path}?size=2&nextPageToken={first['nextPageToken']}").json()
    third = shop.get(f"{path}?size=2&nextPageToken={second['nextPageToken']}").json()
    last = shop.get(f"{path}?size=2&nextPageToken={third['nextPageToken']}").json()

    barcodes = [card["variants"][0]["barcode"] for page in (first, second, third) for card in page["content"]]
    assert barcodes == [f"B-{n}" for n in range(5)]
    assert (first["totalElements"], first["totalPages"]) == (5, 3)
    assert (last["content"], last["nextPageToken"]) == ([], None)
    assert shop.get(f"{path}?size=100&page=99").status_code == 200
    assert shop.get(f"{path}?size=100&page=100").status_code == 400
    assert shop.get(f"{path}?size=101").status_code == 400
    assert shop.get(f"{path}?nextPageToken=x").status_code == 400


def test_filters_of_the_approved_list():
    shop, path = Shop(), "/product/sellers/{s}/products/approved"
    shop.live("A")
    shop.live("B", quantity=0)
    before = shop.remote.clock.ms()
    shop.after(60)
    shop.live("C")

    def found(query):
        return [v["barcode"] for card in shop.get(f"{path}?{query}").json()["content"] for v in card["variants"]]

    assert found("barcode=B") == ["B"]
    assert found("barcodes=A,C,NONE") == ["A", "C"]
    assert found("status=onSale") == ["A", "C"]
    assert found("status=notOnSale") == ["B"]
    assert found(f"startDate={before + 1}&dateQueryType=VARIANT_CREATED_DATE") == ["C"]
    assert found("stockCode=A") == ["A"]
    assert found("orderByDirection=DESC") == ["C", "B", "A"]
    assert shop.get(f"{path}?status=sold").status_code == 400
    assert shop.get(f"{path}?barcodes={','.join('x' * 51)}").status_code == 400


def test_inventory_and_price_shows_levels_only_and_takes_no_dates():
    shop, path = Shop(), "/product/sellers/{s}/products/approved/inventory-and-price"
    shop.live("A", quantity=3, sale_price=12.5)

    [card] = shop.get(path).json()["content"]

    [variant] = card["variants"]
    assert (variant["barcode"], variant["quantity"], variant["salePrice"], variant["listPrice"]) == ("A", 3, 12.5, 12.5)
    assert set(variant) == {
        "variantId",
        "barcode",
        "salePrice",
        "listPrice",
        "quantity",
        "stockCode",
        "stockLastModifiedDate",
    }
    assert shop.get(f"{path}?startDate=1").status_code == 400


def test_switches_rename_pictures_and_the_delivery_node():
    shop = Shop()
    shop.live("LIVE")
    shop.create(product())
    shop.do("switch", name="unapproved_pictures", value="images")
    shop.do("switch", name="delivery_node", value="deliveryOptions")

    [row] = shop.get("/product/sellers/{s}/products/unapproved").json()["content"]
    [card] = shop.get("/product/sellers/{s}/products/approved").json()["content"]

    assert "images" in row and "media" not in row
    assert "deliveryOptions" in card["variants"][0] and "deliveryOption" not in card["variants"][0]


def test_the_reviewer_can_be_told_what_to_do():
    shop = Shop()
    shop.create(product("A"), product("B"))

    assert shop.do("approve", barcode="A")["status"] == "approved"
    assert shop.do("refuse", barcode="B", reason="Hatalı marka")["status"] == "rejected"
    shop.after(1)

    assert shop.get("/product/sellers/{s}/product/B").json()["approved"] is False
    with pytest.raises(ValueError, match="already"):
        shop.do("approve", barcode="A")
    with pytest.raises(ValueError, match="not listed"):
        shop.do("approve", barcode="C")
