"""Pages, filters and the parameters of every list (reference §1.2)."""

from __future__ import annotations

import pytest


def test_a_page_tells_totals_and_links_to_its_neighbours(shop):
    first = shop.api.get("/products", params={"per_page": 10, "orderby": "id", "order": "asc"})
    second = shop.api.get("/products", params={"per_page": 10, "orderby": "id", "order": "asc", "page": 2})

    total = int(first.headers["x-wp-total"])
    assert int(first.headers["x-wp-totalpages"]) == -(-total // 10)
    assert 'rel="next"' in first.headers["link"] and 'rel="prev"' not in first.headers["link"]
    assert 'rel="next"' in second.headers["link"] and 'rel="prev"' in second.headers["link"]
    assert "page=3" in second.headers["link"]
    ids = [p["id"] for p in first.json() + second.json()]
    assert ids == sorted(set(ids)) and len(ids) == 20


def test_the_links_repeat_every_parameter_with_the_credentials(shop):
    keys = {name: shop.keys[name] for name in ("consumer_key", "consumer_secret")}
    answer = shop.api.get("/products", params={"per_page": 5, **keys})

    assert shop.keys["consumer_secret"] in answer.headers["link"]


def test_a_page_past_the_end_is_empty_with_true_totals_and_the_last_real_page_behind(shop):
    total = int(shop.api.get("/products").headers["x-wp-total"])

    answer = shop.api.get("/products", params={"page": 50})

    assert (answer.status_code, answer.json()) == (200, [])
    assert int(answer.headers["x-wp-total"]) == total
    assert f"page={-(-total // 10)}>" in answer.headers["link"] and 'rel="next"' not in answer.headers["link"]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("per_page", "101", "rest_out_of_bounds"),
        ("per_page", "0", "rest_out_of_bounds"),
        ("page", "0", "rest_out_of_bounds"),
        ("per_page", "ten", "rest_invalid_type"),
        ("order", "up", "rest_not_in_enum"),
        ("orderby", "weight", "rest_not_in_enum"),
        ("after", "yesterday", "rest_invalid_date"),
        ("status", "gone", "rest_not_in_enum"),
    ],
)
def test_a_bad_parameter_is_named(shop, name, value, code):
    answer = shop.api.get("/products", params={name: value})

    assert answer.status_code == 400
    assert answer.json()["code"] == "rest_invalid_param"
    assert answer.json()["message"] == f"Invalid parameter(s): {name}"
    assert answer.json()["data"]["details"][name]["code"] == code


def test_a_hundred_fit_on_a_page(shop):
    assert shop.api.get("/products", params={"per_page": 100}).status_code == 200


def test_the_default_is_ten_newest_first_and_the_id_breaks_ties(shop):
    batch = {"create": [{"name": f"n{number}"} for number in range(12)]}
    made = [p["id"] for p in shop.api.post("/products/batch", json=batch).json()["create"]]

    assert [p["id"] for p in shop.api.get("/products").json()] == made[:1:-1]


def test_include_and_exclude_take_comma_lists_and_repeated_names(shop):
    a, b, c = (p["id"] for p in shop.api.get("/products", params={"per_page": 3}).json())

    comma = shop.api.get("/products", params={"include": f"{a},{b}", "orderby": "include"}).json()
    repeated = shop.api.get("/products", params={"include[]": [a, b, c], "exclude": str(b)}).json()

    assert [p["id"] for p in comma] == [a, b]
    assert {p["id"] for p in repeated} == {a, c}


def test_offset_wins_over_page(shop):
    ids = [p["id"] for p in shop.api.get("/products", params={"per_page": 10}).json()]

    assert [p["id"] for p in shop.api.get("/products", params={"offset": 3, "per_page": 2, "page": 9}).json()] == ids[
        3:5
    ]


def test_fields_are_trimmed_and_the_id_stays(shop):
    answer = shop.api.get("/products", params={"_fields": "sku,price", "per_page": 1}).json()

    assert set(answer[0]) == {"id", "sku", "price"}


def test_dates_are_local_unless_asked_for_in_gmt(shop):
    """Forgetting dates_are_gmt on a site at +3 moves the window by three hours (reference §4.1)."""
    everything = int(shop.api.get("/products").headers["x-wp-total"])
    made = shop.product(name="Yeni")
    before_gmt = _seconds_earlier(made["date_modified_gmt"])

    right = shop.api.get("/products", params={"modified_after": before_gmt, "dates_are_gmt": "true"})
    wrong = shop.api.get("/products", params={"modified_after": made["date_modified_gmt"]})

    assert [p["id"] for p in right.json()] == [made["id"]]
    assert [p["id"] for p in wrong.json()] == [made["id"]]  # three hours too wide: the goods are a month old
    strict = {"modified_after": made["date_modified_gmt"], "dates_are_gmt": "true"}
    assert shop.api.get("/products", params=strict).json() == []  # strictly later
    assert int(shop.api.get("/products", params={"before": made["date_created"]}).headers["x-wp-total"]) == everything


def test_both_dates_name_the_same_instant_three_hours_apart(shop):
    made = shop.product(name="Saat")

    local, gmt = made["date_created"], made["date_created_gmt"]
    assert (int(local[11:13]) - int(gmt[11:13])) % 24 == 3
    assert local[14:] == gmt[14:]
    assert len(local) == 19


def _seconds_earlier(text: str) -> str:
    from datetime import datetime, timedelta

    return (datetime.fromisoformat(text) - timedelta(seconds=2)).isoformat()
