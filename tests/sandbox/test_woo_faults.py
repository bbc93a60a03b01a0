"""The dials that change what a shop answers."""

from __future__ import annotations

from datetime import datetime, timedelta


def test_pages_shift_under_a_reader_of_the_newest_first_and_not_under_one_by_id(shop):
    def read(**params: object) -> list[int]:
        pages = [shop.api.get("/products", params={"per_page": 10, "page": n, **params}).json() for n in (1, 2, 3)]
        return [product["id"] for page in pages for product in page]

    steady = read()
    shop.dials(shifting_pages=1)

    shifted = read()
    assert steady[9] == shifted[9] == shifted[10]  # the last of the first page again
    by_id = read(orderby="id", order="asc")
    assert len(set(by_id)) == len(by_id)


def test_an_item_of_a_batch_is_refused_for_no_reason_and_taken_the_next_time(shop):
    sabun = shop.by_sku("SABUN-KESE")
    body = {"update": [{"id": sabun["id"], "stock_quantity": 5}]}

    shop.dials(refuse_batch_items=1)
    refused = shop.api.post("/products/batch", json=body)
    shop.dials(refuse_batch_items=0)

    assert refused.status_code == 200
    assert refused.json()["update"][0]["error"]["data"]["status"] == 500
    assert shop.by_sku("SABUN-KESE")["stock_quantity"] == 96
    assert shop.api.post("/products/batch", json=body).json()["update"][0]["stock_quantity"] == 5


def test_a_date_with_an_offset_is_read_in_the_sites_zone(shop):
    """WordPress makes a wall clock of it first: with dates_are_gmt it is three hours late and misses the change."""
    made = shop.product(name="Yeni")
    hour_before = (datetime.fromisoformat(made["date_modified_gmt"]) - timedelta(hours=1)).isoformat()

    def found(text: str) -> list[int]:
        params = {"dates_are_gmt": "true", "modified_after": text}
        return [product["id"] for product in shop.api.get("/products", params=params).json()]

    assert found(hour_before) == [made["id"]]
    assert found(f"{hour_before}Z") == []
