from __future__ import annotations

from .trendyol_shop import COLOUR, SIZE, Shop, product

BASE = "/product/sellers/{s}/products"


def approved(shop, **changes):
    shop.create(product(**changes))
    shop.after(0.8)
    return shop.get("/product/sellers/{s}/product/KZY-1").json()["contentId"]


def card(shop):
    return shop.get(f"{BASE}/approved").json()["content"][0]


def test_a_content_update_waits_for_its_review_and_the_audit_tells_the_verdict():
    shop = Shop()
    content_id = approved(shop)

    answer = shop.post(f"{BASE}/content-bulk-update", {"items": [{"contentId": content_id, "title": "Yepyeni bir ad"}]})
    assert shop.verdicts(answer) == [("SUCCESS", [])]
    assert card(shop)["title"] == "Işıltılı pamuk tişört"
    [running] = shop.get(f"{BASE}/{content_id}/update-audits?status=RUNNING").json()["content"]
    shop.after(0.8)

    audits = shop.get(f"{BASE}/{content_id}/update-audits").json()
    [update] = audits["content"][0]["updates"]
    assert card(shop)["title"] == "Yepyeni bir ad"
    assert running["batchRequestId"] == answer.json()["batchRequestId"]
    assert (update["type"], update["status"], update["rejectReasons"]) == ("TITLE", "SUCCESS", [])
    assert (update["changedTitle"], update["existingTitle"]) == ("Yepyeni bir ad", "Işıltılı pamuk tişört")
    assert "totalPage" in audits and "totalElements" not in audits


def test_a_refused_part_of_a_content_update_leaves_the_card_as_it_was():
    shop = Shop()
    content_id = approved(shop)
    change = {"contentId": content_id, "title": "Replika tişört", "description": "<p>Yumuşak 🧵</p>"}

    shop.verdicts(shop.post(f"{BASE}/content-bulk-update", {"items": [change]}))
    shop.after(0.8)

    updates = shop.get(f"{BASE}/{content_id}/update-audits?status=FAIL").json()["content"][0]["updates"]
    assert {u["type"]: u["rejectReasons"][0]["type"] for u in updates} == {
        "TITLE": "BANNED_WORD", "DESCRIPTION": "CHANGES_NOT_FOUND"
    }  # fmt: skip
    assert card(shop)["title"] == "Işıltılı pamuk tişört"


def test_content_updates_send_all_attributes_and_never_change_what_divides_cards():
    shop = Shop()
    content_id = approved(shop)
    rows = product()["attributes"]

    def verdict(**change):
        answer = shop.post(f"{BASE}/content-bulk-update", {"items": [{"contentId": content_id, **change}]})
        return shop.verdicts(answer)[0]

    assert verdict(attributes=rows[:2])[0] == "FAILED"
    other = [{**row, "customAttributeValue": "Bej"} if row["attributeId"] == COLOUR else row for row in rows]
    assert verdict(attributes=other) == ("FAILED", [f"attribute {COLOUR} of an approved product cannot change"])
    assert verdict(brandId=70002, title="Başka bir ad")[0] == "FAILED"
    assert verdict()[0] == "FAILED"
    assert verdict(attributes=[row for row in rows if row["attributeId"] != SIZE])[0] == "SUCCESS"
    assert (
        shop.verdicts(shop.post(f"{BASE}/content-bulk-update", {"items": [{"contentId": 1, "title": "Yok böyle"}]}))[0][
            0
        ]
        == "FAILED"
    )


def test_a_variant_update_sets_its_fields_at_once():
    shop = Shop()
    approved(shop)
    path = f"{BASE}/variant-bulk-update"

    answer = shop.post(path, {"items": [
        {"barcode": "KZY-1", "stockCode": "NEW", "vatRate": 20}, {"barcode": "NONE", "stockCode": "X"},
    ]})  # fmt: skip

    assert [s for s, _ in shop.verdicts(answer)] == ["SUCCESS", "FAILED"]
    shown = shop.batch(answer.json()["batchRequestId"])
    assert shown["items"][0]["requestItem"] == {
        "supplierId": int(shop.seller), "updateRequest": {"barcode": "KZY-1", "stockCode": "NEW", "vatRate": 20}
    }  # fmt: skip
    assert (card(shop)["variants"][0]["stockCode"], card(shop)["variants"][0]["vatRate"]) == ("NEW", 20)
    bad = [{"barcode": "KZY-1", "channels": []}]
    assert shop.verdicts(shop.post(path, {"items": bad}))[0][0] == "FAILED"
    shop.do("switch", name="variant_update", value="all")
    assert shop.verdicts(shop.post(path, {"items": [{"barcode": "KZY-1", "stockCode": "N2"}]}))[0][0] == "FAILED"


def test_a_delivery_update_uses_the_plural_and_is_echoed_in_the_singular():
    shop = Shop()
    approved(shop)
    path = f"{BASE}/delivery-info-bulk-update"

    answer = shop.post(path, {"items": [{"barcode": "KZY-1", "deliveryOptions": {"deliveryDuration": 0}}]})

    assert shop.verdicts(answer) == [("SUCCESS", [])]
    echo = shop.batch(answer.json()["batchRequestId"])["items"][0]["requestItem"]
    assert echo["request"] == {"barcode": "KZY-1", "deliveryOption": {"deliveryDuration": 0}}
    assert (echo["storeFrontCode"], echo["storeFrontId"]) == ("TR", 1)
    assert card(shop)["variants"][0]["deliveryOption"] == {"deliveryDuration": 0}
    singular = [{"barcode": "KZY-1", "deliveryOption": {"deliveryDuration": 0}}]
    assert shop.verdicts(shop.post(path, {"items": singular}))[0][0] == "FAILED"


def archive(shop, archived, barcode="KZY-1"):
    return shop.verdicts(shop.put(f"{BASE}/archive-state", {"items": [{"barcode": barcode, "archived": archived}]}))


def delete(shop, barcode="KZY-1"):
    return shop.verdicts(shop.call("DELETE", BASE, json={"items": [{"barcode": barcode}]}))


def test_an_archived_product_is_not_on_sale_and_can_come_back():
    shop = Shop()
    approved(shop)

    assert archive(shop, True) == [("SUCCESS", [])]
    assert card(shop)["variants"][0]["onSale"] is False
    assert archive(shop, False) == [("SUCCESS", [])]
    assert card(shop)["variants"][0]["onSale"] is True
    assert archive(shop, True, "NONE")[0][0] == "FAILED"


def test_an_approved_product_is_deleted_only_after_more_than_a_day_in_the_archive():
    shop = Shop()
    approved(shop)

    assert delete(shop)[0][0] == "FAILED"
    archive(shop, True)
    shop.after(86_400 - 10)
    assert delete(shop)[0][0] == "FAILED"
    shop.after(11)
    assert delete(shop) == [("SUCCESS", [])]
    assert shop.get("/product/sellers/{s}/product/KZY-1").status_code == 404
    assert shop.get(f"{BASE}/approved").json()["content"] == []


def test_what_is_not_approved_is_deleted_at_any_time():
    shop = Shop()
    shop.create(product())

    assert delete(shop) == [("SUCCESS", [])]
    shop.after(1)
    assert shop.kinds("product.approved") == []


def test_unlocking_lifts_a_lock_and_refuses_unknown_barcodes_at_once():
    shop = Shop()
    approved(shop)
    shop.do("lock", barcode="KZY-1")
    assert card(shop)["variants"][0]["lockReason"] == "CRITICAL_PRICE"

    unknown = shop.put(f"{BASE}/unlock", {"items": [{"barcode": "NONE"}]})
    invalid = shop.put(f"{BASE}/unlock", {"items": [{"barcode": "A/B"}]})

    assert (unknown.status_code, unknown.json()["errors"][0]["key"]) == (404, "product.not.found")
    assert (invalid.status_code, invalid.json()["errors"][0]["key"]) == (400, "invalid.barcode")
    assert shop.verdicts(shop.put(f"{BASE}/unlock", {"items": [{"barcode": "KZY-1"}]})) == [("SUCCESS", [])]
    assert card(shop)["variants"][0]["locked"] is False


def test_the_buy_box_takes_ten_barcodes_and_leaves_out_unknown_ones():
    shop = Shop()
    approved(shop)
    path = f"{BASE}/buybox-information"

    assert shop.post(path, {"barcodes": ["KZY-1", "NONE"]}).json() == {
        "buyboxInfo": [{"barcode": "KZY-1", "buyboxOrder": 1, "buyboxPrice": 299.9, "hasMultipleSeller": False}]
    }
    assert shop.post(path, {"barcodes": ["X"] * 11}).status_code == 400
