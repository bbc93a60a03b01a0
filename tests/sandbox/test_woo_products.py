"""Products, variations and their traps (reference §1.2 to §1.4, §4.1)."""

from __future__ import annotations

import pytest

PNG = "https://cdn.test/a.png"


def test_put_changes_only_what_was_sent(shop):
    made = shop.product(name="Bardak", sku="B-1", description="<p>cam</p>", weight="0.3")

    changed = shop.api.put(f"/products/{made['id']}", json={"name": "Su Bardağı"}).json()

    assert (changed["name"], changed["sku"], changed["description"]) == ("Su Bardağı", "B-1", "<p>cam</p>")
    assert shop.api.patch(f"/products/{made['id']}", json={"weight": "0.4"}).json()["weight"] == "0.4"
    assert shop.api.post(f"/products/{made['id']}", json={"weight": "0.5"}).json()["weight"] == "0.5"


def test_creating_answers_201_with_a_place(shop):
    answer = shop.api.post("/products", json={"name": "Çini Kâse İ/ı/ş 🫖"})

    assert answer.status_code == 201
    assert answer.headers["location"].endswith(f"/wp-json/wc/v3/products/{answer.json()['id']}")
    assert answer.json()["name"] == "Çini Kâse İ/ı/ş 🫖"
    assert answer.json()["slug"] == "cini-kase-i-i-s"


@pytest.mark.parametrize("field", ["regular_price", "sale_price", "weight", "name", "sku"])
def test_a_number_where_a_string_belongs_is_refused(shop, field):
    answer = shop.api.post("/products", json={"name": "x", field: 25})

    assert answer.status_code == 400
    assert answer.json()["data"]["params"] == {field: f"{field} is not of type string."}


def test_a_sale_price_that_is_no_bargain_is_dropped_silently(shop):
    made = shop.product(regular_price="100.00", sale_price="100.00")
    assert (made["sale_price"], made["price"], made["on_sale"]) == ("", "100.00", False)

    changed = shop.api.put(f"/products/{made['id']}", json={"sale_price": "99.99"}).json()
    assert (changed["sale_price"], changed["price"], changed["on_sale"]) == ("99.99", "99.99", True)

    cleared = shop.api.put(f"/products/{made['id']}", json={"sale_price": ""}).json()
    assert (cleared["sale_price"], cleared["price"]) == ("", "100.00")


def test_a_sale_has_a_window(shop):
    made = shop.product(regular_price="100.00", sale_price="80.00", date_on_sale_from="2099-01-01T00:00:00")

    assert (made["price"], made["on_sale"]) == ("100.00", False)
    assert made["date_on_sale_from"] == "2099-01-01T00:00:00"
    assert made["date_on_sale_from_gmt"] == "2098-12-31T21:00:00"


def test_a_second_product_with_the_sku_is_refused_with_a_free_one(shop):
    first = shop.product(sku="TEK")

    answer = shop.api.post("/products", json={"name": "iki", "sku": "TEK"})

    assert (answer.status_code, answer.json()["code"]) == (400, "product_invalid_sku")
    assert answer.json()["data"]["resource_id"] == first["id"]
    assert answer.json()["data"]["unique_sku"] == "TEK-1"


def test_an_id_that_is_none_is_404_to_read_and_400_to_change(shop):
    for answer, status in (
        (shop.api.get("/products/999999"), 404),
        (shop.api.delete("/products/999999"), 404),
        (shop.api.put("/products/999999", json={}), 400),
    ):
        assert (answer.status_code, answer.json()["code"]) == (status, "woocommerce_rest_product_invalid_id")
    assert shop.api.post("/products", json={"id": 5, "name": "x"}).json()["code"] == "woocommerce_rest_product_exists"


def test_a_body_that_is_no_json_is_refused(shop):
    answer = shop.api.post("/products", content=b"{nope", headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (400, "rest_invalid_json")
    assert answer.json()["data"]["json_error_message"] == "Syntax error"


def test_an_image_that_cannot_be_fetched_refuses_the_whole_change(shop):
    made = shop.product(name="Vazo", images=[{"src": PNG, "alt": "önden"}])
    kept = made["images"][0]["id"]

    answer = shop.api.put(
        f"/products/{made['id']}", json={"name": "Yeni", "images": [{"src": "https://x.invalid/b.png"}]}
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "woocommerce_product_image_upload_error")
    now = shop.api.get(f"/products/{made['id']}").json()
    assert (now["name"], [i["id"] for i in now["images"]]) == ("Vazo", [kept])
    both = {"images": [{"src": "https://cdn.test/c.png"}, {"id": kept}]}
    changed = shop.api.put(f"/products/{made['id']}", json=both).json()
    assert [i["src"] for i in changed["images"]] == ["https://cdn.test/c.png", PNG]


def test_lists_are_replaced_whole(shop):
    made = shop.product(
        attributes=[
            {"name": "Beden", "options": ["S", "M"], "variation": True},
            {"name": "Renk", "options": ["Mavi"]},
        ]
    )

    changed = shop.api.put(
        f"/products/{made['id']}", json={"attributes": [{"name": "Renk", "options": ["Sarı"]}]}
    ).json()

    assert [(a["name"], a["options"], a["id"]) for a in changed["attributes"]] == [("Renk", ["Sarı"], 0)]


def test_the_sku_filter_finds_variations_as_products(shop):
    found = shop.api.get("/products", params={"sku": "TSHIRT-ANADOLU-KIR-S,SABUN-KESE"}).json()

    assert {(p["sku"], p["type"]) for p in found} == {("TSHIRT-ANADOLU-KIR-S", "variation"), ("SABUN-KESE", "simple")}
    variation = next(p for p in found if p["type"] == "variation")
    assert variation["parent_id"] > 0
    assert shop.api.get(f"/products/{variation['id']}").json()["type"] == "variation"
    assert all(p["type"] != "variation" for p in shop.api.get("/products", params={"per_page": 100}).json())


def test_a_variation_is_not_written_through_products(shop):
    variation = shop.by_sku("TSHIRT-ANADOLU-KIR-S")

    answer = shop.api.put(f"/products/{variation['id']}", json={"regular_price": "1"})
    batch = shop.api.post("/products/batch", json={"update": [{"id": variation["id"], "regular_price": "1"}]})

    assert (answer.status_code, answer.json()["code"]) == (404, "woocommerce_rest_invalid_product_id")
    assert batch.status_code == 200
    error = batch.json()["update"][0]["error"]
    assert (error["code"], error["data"]["status"]) == ("woocommerce_rest_invalid_product_id", 404)


def test_a_variation_has_one_image_its_options_and_no_categories(shop):
    variation = shop.by_sku("TSHIRT-ANADOLU-KIR-S")

    shown = shop.api.get(f"/products/{variation['parent_id']}/variations/{variation['id']}").json()

    assert "images" not in shown and "categories" not in shown
    assert shown["image"]["src"].endswith(".jpg")
    assert [(a["name"], a["option"]) for a in shown["attributes"]] == [("Renk", "Kırmızı"), ("Beden", "S")]


def test_an_option_that_the_parent_lacks_is_kept_without_complaint(shop):
    parent = shop.product(type="variable", attributes=[{"name": "Beden", "options": ["S"], "variation": True}])
    body = {"regular_price": "10.00", "attributes": [{"name": "Beden", "option": "XXL"}]}

    answer = shop.api.post(f"/products/{parent['id']}/variations", json=body)

    assert answer.status_code == 201
    assert answer.json()["attributes"] == [{"id": 0, "name": "Beden", "option": "XXL"}]


def test_a_variable_product_costs_its_cheapest_variation_and_has_no_price_of_its_own(shop):
    parent = shop.api.get("/products", params={"sku": "TSHIRT-ANADOLU"}).json()[0]

    assert (parent["price"], parent["regular_price"], parent["sale_price"]) == ("349.00", "", "")
    assert len(parent["variations"]) == 4


def test_a_change_of_a_variation_leaves_the_date_of_its_parent_alone(shop):
    variation = shop.by_sku("TSHIRT-ANADOLU-KIR-S")
    parent_id = variation["parent_id"]
    before = shop.api.get(f"/products/{parent_id}").json()["date_modified_gmt"]

    path = f"/products/{parent_id}/variations/{variation['id']}"
    changed = shop.api.put(path, json={"regular_price": "410.00"}).json()

    assert changed["date_modified_gmt"] > before
    assert shop.api.get(f"/products/{parent_id}").json()["date_modified_gmt"] == before


def test_the_bin_takes_a_product_once_and_force_takes_it_for_good(shop):
    made = shop.product(name="Çöp")
    path = f"/products/{made['id']}"

    assert shop.api.delete(path).json()["status"] == "trash"
    again = shop.api.delete(path)
    assert (again.status_code, again.json()["code"]) == (410, "woocommerce_rest_already_trashed")
    assert shop.api.delete(path, params={"force": "true"}).status_code == 200
    assert shop.api.get(path).status_code == 404


def test_a_batch_answers_item_by_item_in_order(shop):
    made = shop.product(sku="VAR")
    body = {
        "create": [{"name": "yeni", "sku": "YENI"}, {"name": "eski", "sku": "VAR"}],
        "update": [{"id": 999999, "name": "x"}, {"id": made["id"], "name": "değişti"}],
        "delete": [made["id"], 999999],
    }

    answer = shop.api.post("/products/batch", json=body)

    assert answer.status_code == 200
    got = answer.json()
    assert got["create"][0]["sku"] == "YENI"
    assert (got["create"][1]["id"], got["create"][1]["error"]["code"]) == (0, "product_invalid_sku")
    assert (got["update"][0]["id"], got["update"][0]["error"]["code"]) == (
        999999,
        "woocommerce_rest_product_invalid_id",
    )
    assert got["update"][1]["name"] == "değişti"
    assert got["delete"][0]["id"] == made["id"]
    assert got["delete"][1]["error"]["data"] == {"status": 404}
    assert shop.api.get(f"/products/{made['id']}").status_code == 404  # for good, not into the bin


def test_a_batch_of_more_than_a_hundred_is_too_large(shop):
    hundred = {"update": [{"id": 999999}] * 60, "delete": [999999] * 40}
    assert shop.api.post("/products/batch", json=hundred).status_code == 200

    answer = shop.api.post("/products/batch", json=hundred | {"create": [{"name": "x"}]})

    assert (answer.status_code, answer.json()["code"]) == (413, "woocommerce_rest_request_entity_too_large")


def test_terms_exist_once_and_have_no_bin(shop):
    made = shop.api.post("/products/categories", json={"name": "Yeni Kategori"}).json()

    again = shop.api.post("/products/categories", json={"name": "Yeni Kategori"})
    assert (again.status_code, again.json()["code"]) == (400, "term_exists")
    assert shop.api.delete(f"/products/categories/{made['id']}").status_code == 501
    assert shop.api.delete(f"/products/categories/{made['id']}", params={"force": "true"}).status_code == 200
    assert shop.api.get(f"/products/categories/{made['id']}").status_code == 404


def test_a_global_attribute_has_terms_and_its_name_on_the_product(shop):
    attribute = shop.api.post("/products/attributes", json={"name": "Malzeme"}).json()
    assert attribute["slug"] == "pa_malzeme"

    made = shop.product(attributes=[{"id": attribute["id"], "options": ["Bakır", "Cam"], "visible": True}])

    assert made["attributes"][0]["name"] == "Malzeme"
    names = [t["name"] for t in shop.api.get(f"/products/attributes/{attribute['id']}/terms").json()]
    assert names == ["Bakır", "Cam"]


def test_metadata_changes_by_id_or_key_and_null_removes(shop):
    made = shop.product(meta_data=[{"key": "_a", "value": "1"}, {"key": "_b", "value": {"x": 1}}])
    a = made["meta_data"][0]

    changed = shop.api.put(
        f"/products/{made['id']}",
        json={"meta_data": [{"id": a["id"], "key": "_a", "value": "2"}, {"key": "_b", "value": None}]},
    ).json()

    assert changed["meta_data"] == [{"id": a["id"], "key": "_a", "value": "2"}]
