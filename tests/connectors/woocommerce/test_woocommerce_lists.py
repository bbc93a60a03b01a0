"""How lists are asked for and paged."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from entrepot.connectors.woocommerce import calls, tracking
from entrepot.core.clock import to_ms
from entrepot.core.errors import RemoteChanged
from entrepot.kit.read import gather, pull
from entrepot.kit.requests import Reply, Request, Window, loads


class Shelf:
    """A store's list under ``path`` that hands out slices, and can lose a row between two of them."""

    def __init__(self, ids, *, headers=True, lose=()):
        self.ids, self.headers, self.lose, self.asked = list(ids), headers, list(lose), []

    def __call__(self, request: Request) -> Reply:
        self.asked.append(request)
        offset, size = int(request.query["offset"]), int(request.query["per_page"])
        rows = [{"id": i, "type": "simple", "status": "publish"} for i in self.ids[offset : offset + size]]
        told = {"x-wp-total": str(len(self.ids))} if self.headers else {}
        if self.lose:
            self.ids.remove(self.lose.pop(0))
        return Reply(200, rows, told)


def readings(spec, account, shelf, window=None):
    return [
        r.variant_ref for read in pull(spec, "pull_stock", account, window or Window(), shelf) for r in read.records
    ]


@pytest.mark.parametrize("headers", [True, False], ids=["with totals", "without totals"])
@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 190, 191, 250])
def test_every_row_comes_and_the_end_is_found(spec, store, count, headers):
    shelf = Shelf(range(1, count + 1), headers=headers)

    found = readings(spec, store(), shelf)

    assert set(found) == {str(i) for i in range(1, count + 1)}
    assert len(shelf.asked) <= count // 90 + 2


def test_a_row_deleted_while_paging_hides_no_other(spec, store):
    shelf = Shelf(range(1, 251), lose=[3, 7])

    found = readings(spec, store(), shelf)

    assert set(found) >= {str(i) for i in range(1, 251)} - {"3", "7"}


def test_a_page_of_101_is_never_asked_for(spec, store):
    shelf = Shelf(range(1, 300))
    readings(spec, store(), shelf)

    assert {request.query["per_page"] for request in shelf.asked} == {"100"}


def test_changes_are_asked_for_in_utc_inclusively_and_oldest_first(spec, store):
    since = to_ms(datetime(2026, 6, 1, 9, 0, 0, 500_000, tzinfo=UTC))
    until = to_ms(datetime(2026, 6, 1, 10, 0, 0, tzinfo=UTC))

    query = calls.products_first(store(), Window(since_ms=since, until_ms=until)).query

    # The store compares strictly: what changed at 09:00:00 must be greater than the text we send.
    assert query["modified_after"] == "2026-06-01T08:59:59"
    assert query["modified_before"] == "2026-06-01T10:00:01"
    assert query["dates_are_gmt"] == "true"
    assert (query["orderby"], query["order"]) == ("modified", "asc")


def test_a_full_pass_goes_by_id_over_every_status(store):
    query = calls.products_first(store(), Window()).query

    assert (query["orderby"], query["order"], query["status"]) == ("id", "asc", "any")
    assert "dates_are_gmt" not in query


def test_some_products_are_asked_for_together(spec, store):
    refs = tuple(str(i) for i in range(1, 101))

    assert calls.products_first(store(), Window(refs=refs)).query["include"] == ",".join(refs)
    assert spec.can["pull_products"].max_refs == 100


def test_only_variable_products_have_variations_fetched(store, simple, variable):
    assert calls.variations_first(store(), simple()) is None
    assert calls.variations_first(store(), None) is None
    assert calls.variations_first(store(), variable()).path == "/wp-json/wc/v3/products/801/variations"


def test_the_stock_pass_asks_for_little(store, variable):
    assert "description" not in calls.stock_first(store(), Window()).query["_fields"].split(",")
    assert calls.variations_stock_first(store(), variable()).query["_fields"].startswith("id,type")


@pytest.mark.parametrize("body", [None, {"code": "x"}, "<p>Notice: …</p>[]", 7])
def test_an_answer_that_is_no_list_is_a_change_of_the_remote(spec, store, body):
    with pytest.raises(RemoteChanged):
        list(pull(spec, "pull_products", store(), Window(), lambda _: Reply(200, body)))


def facts_of(spec, store, samples, answers=None):
    pages = loads((samples / "pull_facts.json").read_bytes())["pages"] if answers is None else answers
    waiting, asked = list(pages), []

    def send(request):
        asked.append(request)
        page = waiting.pop(0)
        return Reply(200, page["reply"], {"x-wp-total": "2"})

    return gather(spec, "pull_facts", store(), send), asked


def test_facts_are_walked_and_merged(spec, store, samples):
    (facts, aside), asked = facts_of(spec, store, samples)

    assert aside == []
    assert (facts.currency, facts.weight_unit, facts.length_unit, facts.prices_include_tax) == ("EUR", "kg", "cm", True)
    assert facts.time_zone == "Europe/Istanbul"
    assert [(c, k, str(r.normalize())) for c, k, r in facts.tax_rates] == [
        ("DE", "", "0.19"),
        ("DE", "reduced-rate", "0.07"),
    ]
    assert "fulfillments" in facts.features and "wc-shipment-tracking/v3" in facts.features
    assert [request.is_signed for request in asked] == [True] * 5 + [False]  # a key is refused on the index


def test_a_rate_of_a_part_of_a_country_is_left_out(spec, store, samples):
    pages = loads((samples / "pull_facts.json").read_bytes())["pages"]
    pages[4]["reply"][1] |= {"country": "US", "state": "CA"}

    (facts, _), _ = facts_of(spec, store, samples, pages)

    assert [country for country, _, _ in facts.tax_rates] == ["DE"]


def test_taxes_of_two_priorities_add_up_and_a_compound_one_is_levied_on_both(spec, store, samples):
    pages = loads((samples / "pull_facts.json").read_bytes())["pages"]
    base = pages[4]["reply"][0]
    pages[4]["reply"] = [
        {**base, "id": 1, "rate": "10", "priority": 1},
        {**base, "id": 2, "rate": "5", "priority": 2, "compound": True},
    ]

    (facts, _), _ = facts_of(spec, store, samples, pages)

    assert facts.tax_rates[0][2] == Decimal("0.155")  # 10 %, and 5 % of 110 %


def test_shipments_are_asked_for_where_the_store_keeps_them(store, order):
    done = order(id=9124, status="completed")
    both = store(store__features=["fulfillments", "wc-ast/v3"])

    asked = tracking.first(both, done)

    assert asked.path == "/wp-json/wc/v3/orders/9124/fulfillments"
    assert tracking.page(both, asked, Reply(200, []))[1].path == "/wp-json/wc-ast/v3/orders/9124/shipment-trackings"
    assert tracking.page(both, asked, Reply(200, [{"id": 1}]))[1] is None
    assert tracking.first(store(), done) is None
    assert tracking.first(both, order(status="processing")) is None
