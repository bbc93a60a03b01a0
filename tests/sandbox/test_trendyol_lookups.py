from __future__ import annotations

import pytest

from .trendyol_shop import Shop


def test_brands_come_in_pages_of_at_least_1000_and_the_page_after_the_last_is_empty():
    shop = Shop()

    brands = shop.get("/product/brands?size=1").json()["brands"]

    assert {"id": 70001, "name": "Kuzey Atölye", "luxe": False} in brands
    assert len(brands) > 1
    assert shop.get("/product/brands?page=1").json() == {"brands": []}


def test_a_brand_is_found_by_its_exact_name_or_by_a_part_of_it_as_the_switch_says():
    shop = Shop()

    assert shop.get("/product/brands/by-name?name=Kuzey Atölye").json() == [{"id": 70001, "name": "Kuzey Atölye"}]
    assert shop.get("/product/brands/by-name?name=kuzey").json() == []
    shop.do("switch", name="brand_by_name", value="substring")
    assert shop.get("/product/brands/by-name?name=kuzey").json() == [{"id": 70001, "name": "Kuzey Atölye"}]


def test_a_brand_is_created_with_a_name_an_image_and_a_storefront():
    shop, path = Shop(), "/product/sellers/{s}/brands"
    image = [("images", ("a.png", b"png", "image/png"))]
    front = {"storeFrontCode": "TR"}

    made = shop.call("POST", path, data={"name": "Iğdır"}, files=image, headers=front)

    assert made.status_code == 201
    assert shop.get("/product/brands/by-name?name=Iğdır").json() == [{"id": made.json()["brandId"], "name": "Iğdır"}]
    assert shop.call("POST", path, data={"name": "Iğdır"}, files=image, headers=front).status_code == 409
    assert shop.call("POST", path, data={"name": "B"}, files=image).status_code == 400
    assert shop.call("POST", path, data={"name": "B"}, files=image * 4, headers=front).status_code == 400


def _leaves(nodes):
    for node in nodes:
        yield from _leaves(node["subCategories"]) if node["subCategories"] else [node]


def test_the_category_tree_has_turkish_leaves_wrapped_or_bare():
    shop = Shop()

    wrapped = shop.get("/product/product-categories").json()["categories"]
    shop.do("switch", name="category_list", value="bare")

    assert shop.get("/product/product-categories").json() == wrapped
    assert len(list(_leaves(wrapped))) >= 25
    [shirt] = shop.get("/product/product-categories?name=Tişört").json()
    assert shirt == {"id": 520, "name": "Tişört", "parentId": 501, "subCategories": []}


def test_other_storefronts_read_english_unless_they_ask_for_turkish():
    shop = Shop()
    german = {"storeFrontCode": "DE"}

    assert shop.get("/product/categories/520/attributes", headers=german).json()["name"] == "T-shirt"
    assert (
        shop.get("/product/categories/520/attributes", headers=german | {"Accept-Language": "tr"}).json()["name"]
        == "Tişört"
    )
    assert shop.get("/product/categories/520/attributes", headers={"Accept-Language": "en"}).json()["name"] == "Tişört"


def test_attributes_carry_their_flags_and_can_be_filtered_by_required():
    shop = Shop()

    body = shop.get("/product/categories/520/attributes").json()
    rows = {row["attribute"]["name"]: row for row in body["categoryAttributes"]}
    required = shop.get("/product/categories/520/attributes?required=true").json()["categoryAttributes"]

    assert rows["Renk"] == {
        "categoryId": 520, "attribute": {"id": 47, "name": "Renk"}, "required": True, "allowCustom": True,
        "varianter": False, "slicer": True, "allowMultipleAttributeValues": False,
    }  # fmt: skip
    assert (rows["Beden"]["varianter"], rows["Beden"]["allowCustom"]) == (True, False)
    assert {row["attribute"]["name"] for row in required} == {"Renk", "Web Color", "Beden", "Cinsiyet"}
    assert shop.get("/product/categories/9/attributes").status_code == 404


def test_no_category_has_two_varianters():
    shop = Shop()
    shop.do("limits", enabled=False)
    tree = shop.get("/product/product-categories").json()["categories"]

    for leaf in _leaves(tree):
        rows = shop.get(f"/product/categories/{leaf['id']}/attributes").json()["categoryAttributes"]
        assert rows, leaf
        assert sum(row["varianter"] for row in rows) <= 1


@pytest.mark.parametrize("key", ["attributeValue", "attributeValueName"])
def test_values_come_in_pages_under_the_name_that_the_switch_chooses(key):
    shop = Shop()
    shop.do("switch", name="attribute_value_key", value=key)

    body = shop.get("/product/categories/520/attributes/293/values?size=2&page=1").json()

    assert body == {
        "totalElements": 7, "totalPages": 4, "page": 1, "size": 2,
        "content": [{"attributeValueId": 4602, key: "M"}, {"attributeValueId": 4603, key: "L"}],
    }  # fmt: skip
    assert shop.get("/product/categories/520/attributes/293/values?size=1001").status_code == 400
    assert shop.get("/product/categories/520/attributes/1/values").status_code == 404


def test_web_color_has_the_id_that_the_switch_chooses():
    shop = Shop()
    shop.do("switch", name="web_color_id", value=295)

    rows = shop.get("/product/categories/520/attributes").json()["categoryAttributes"]

    assert [row["attribute"]["id"] for row in rows if row["attribute"]["name"] == "Web Color"] == [295]


def test_carriers_and_addresses_are_listed_with_either_name_of_the_flags():
    shop = Shop()

    carriers = {row["code"] for row in shop.get("/product/lookup/cargo-providers").json()}
    addresses = shop.get("/sellers/{s}/addresses").json()
    shop.do("switch", name="address_flags", value="isDefault")
    renamed = shop.get("/sellers/{s}/addresses").json()

    assert {"TEXMP", "ARASMP", "YKMP", "SURATMP", "PTTMP"} <= carriers
    assert [row["addressType"] for row in addresses["supplierAddresses"]] == [
        "Shipment",
        "Invoice",
        "Returning",
        "Returning",
    ]
    assert addresses["defaultShipmentAddress"]["shipmentAddress"] is True
    assert addresses["defaultReturningAddress"] == {"present": True}
    assert renamed["defaultShipmentAddress"]["isShipmentAddress"] is True


def test_districts_are_asked_by_the_citys_id_and_its_code_breaks_the_service():
    shop = Shop()

    city = shop.get("/member/countries/domestic/TR/cities").json()[0]

    assert shop.get(f"/member/countries/domestic/TR/cities/{city['id']}/districts").status_code == 200
    assert shop.get(f"/member/countries/domestic/TR/cities/{city['code']}/districts").status_code == 500
