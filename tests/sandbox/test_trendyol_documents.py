from __future__ import annotations

import re

from .trendyol_shop import Shop

LINKS = "/sellers/{s}/seller-invoice-links"
FILES = "/sellers/{s}/seller-invoice-file"
NUMBER = "KZY2026000000001"


def shop_with_order(**more):
    shop = Shop()
    shop.live(**({"cargoProviders": [more.pop("carrier")]} if "carrier" in more else {}))
    return shop, shop.order(**more)


def test_a_label_is_made_then_read_one_for_each_box():
    shop, placed = shop_with_order()
    path = f"/sellers/{{s}}/common-label/{placed['tracking_number']}"

    early = shop.get(path)
    assert (early.status_code, early.json()["error"]["errors"][0]["type"]) == (404, "NotFoundException")
    made = shop.post(path, {"format": "ZPL", "boxQuantity": 2, "volumetricHeight": 2.75})
    assert (made.status_code, made.content) == (200, b"")

    labels = shop.get(path).json()["data"]
    assert [row["format"] for row in labels] == ["ZPL", "ZPL"]
    for number, row in enumerate(labels, 1):
        zpl = row["label"]
        assert zpl.startswith("^XA") and zpl.endswith("^XZ")
        assert re.search(rf"\^BCN,[^^]*\^FD{placed['tracking_number']}\^FS", zpl)
        assert zpl.count("^FO") == zpl.count("^FS") == zpl.count("^FD")
        assert f"^FD{number}/2^FS" in zpl
    assert shop.kinds("label.created")[0]["package_id"] == placed["package_id"]


def test_labels_are_zpl_for_tex_and_aras_of_packages_that_are_still_here():
    shop, placed = shop_with_order()
    path = f"/sellers/{{s}}/common-label/{placed['tracking_number']}"
    other, by_ptt = shop_with_order(carrier="PTTMP")

    assert shop.post(path, {"format": "PDF"}).status_code == 400
    assert shop.post(path, {"format": "ZPL", "boxQuantity": 0}).status_code == 400
    unknown = shop.post("/sellers/{s}/common-label/7330000000000000", {"format": "ZPL"})
    assert (unknown.status_code, unknown.json()["error"]["errors"][0]["code"]) == (400, 1001)
    assert other.post(f"/sellers/{{s}}/common-label/{by_ptt['tracking_number']}", {"format": "ZPL"}).status_code == 400
    shop.do("cancel", package_id=placed["package_id"])
    assert shop.post(path, {"format": "ZPL"}).status_code == 400


def link(placed, url="https://inv.example.test/1.pdf", **more):
    return {"invoiceLink": url, "shipmentPackageId": placed["package_id"], **more}


def test_an_invoice_link_is_taken_once_for_a_package_and_once_for_a_link():
    shop, placed = shop_with_order()
    other = shop.order()

    assert shop.post(LINKS, link(placed, invoiceNumber=NUMBER, invoiceDateTime=1_790_000_000)).status_code == 201
    assert shop.post(LINKS, link(placed, "https://inv.example.test/2.pdf")).status_code == 409
    assert shop.post(LINKS, link(other)).status_code == 409
    assert shop.post(LINKS, {**link(other), "shipmentPackageId": 1}).status_code == 404
    assert shop.post(LINKS, link(other, "nonsense")).status_code == 400

    package = shop.package(placed["package_id"])
    assert (package["invoiceLink"], package["invoiceNumber"]) == ("https://inv.example.test/1.pdf", NUMBER)
    [received] = shop.kinds("invoice.received")
    assert (received["package_id"], received["invoice_number"], received["by"]) == (
        placed["package_id"],
        NUMBER,
        "link",
    )


def test_number_and_time_are_mandatory_for_micro_export_and_always_have_their_shape():
    shop, placed = shop_with_order(micro=True)
    now = shop.remote.clock.ms()

    assert shop.post(LINKS, link(placed)).status_code == 400
    for number in ("K2026000000001", "KZY1999000000001", "KZY202600000000", "KZ-2026000000001"):
        assert shop.post(LINKS, link(placed, invoiceNumber=number, invoiceDateTime=now)).status_code == 400, number
    for at in (0, 123, now + 3_600_000):
        assert shop.post(LINKS, link(placed, invoiceNumber=NUMBER, invoiceDateTime=at)).status_code == 400, at
    assert shop.post(LINKS, link(placed, invoiceNumber=NUMBER, invoiceDateTime=now)).status_code == 201


def test_a_link_can_be_deleted_and_sent_anew():
    shop, placed = shop_with_order()
    shop.post(LINKS, link(placed))
    customer = shop.package(placed["package_id"])["customerId"]
    body = {"serviceSourceId": placed["package_id"], "channelId": 1, "customerId": customer}

    assert shop.post(f"{LINKS}/delete", {**body, "customerId": 1}).status_code == 400
    assert shop.post(f"{LINKS}/delete", body).status_code == 202
    assert shop.post(LINKS, link(placed)).status_code == 201


def send_file(shop, package_id, kind="application/pdf", content=b"%PDF-1.7", **data):
    files = {"file": ("invoice", content, kind)} if content is not None else {"other": ("x", b"x", kind)}
    return shop.call("POST", FILES, data={"shipmentPackageId": str(package_id), **data}, files=files).status_code


def test_an_invoice_file_is_a_pdf_or_picture_of_at_most_ten_megabytes():
    shop, placed = shop_with_order()
    package_id = placed["package_id"]

    assert send_file(shop, package_id, "text/plain") == 400
    assert send_file(shop, package_id, content=None) == 400
    assert send_file(shop, package_id, content=b"x" * (10 * 1024 * 1024 + 1)) == 400
    assert send_file(shop, 1) == 404
    assert send_file(shop, package_id, invoiceNumber=NUMBER) == 201
    assert send_file(shop, package_id) == 409
    assert shop.kinds("invoice.received")[0]["by"] == "file"
