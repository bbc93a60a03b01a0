"""The judge reads a marketplace's ledger as it happened."""

from decimal import Decimal

from entrepot.demo.judge import Figure, read_market


def entry(kind, **facts):
    return {"seq": 1, "at": 0, "kind": kind, "storefront": "TR", "barcode": "8690000000017", **facts}


def order(number, quantity, kind="order.placed"):
    line = {"barcode": "8690000000017", "quantity": quantity, "line_id": 1, "unit_price": "10.00", "vat_rate": 10}
    return entry(kind, order_number=number, package_id=1, lines=[line], total="10.00", currency="TRY")


def test_what_is_on_sale_is_the_last_stock_set_less_what_was_bought_since():
    market = read_market([entry("stock.set", quantity=9), order("1", 2), entry("stock.set", quantity=5), order("2", 1)])

    assert market.stock["TR", "8690000000017"] == 4
    assert market.bought == 3


def test_an_order_counts_as_cancelled_only_when_all_of_it_is():
    half = read_market([order("1", 2), order("1", 1, "order.cancelled")])
    whole = read_market([order("1", 2), order("1", 1, "order.cancelled"), order("1", 1, "order.cancelled")])

    assert half.cancelled == set()
    assert whole.cancelled == {"1"}


def test_an_archived_listing_is_not_on_sale_until_it_comes_back():
    closed = read_market([entry("product.approved"), entry("listing.archived")])
    again = read_market([entry("product.approved"), entry("listing.archived"), entry("listing.unarchived")])

    assert closed.approved - closed.archived == set()
    assert again.approved - again.archived == {("TR", "8690000000017")}


def test_prices_refusals_limits_and_forgeries_are_counted():
    market = read_market(
        [
            entry("price.set", sale_price="9.90", list_price="12.00"),
            entry("product.refused", reasons=["x"]),
            entry("limit.exceeded"),
            entry("webhook.forged", status=401),
            entry("webhook.forged", status=200),
        ]
    )

    assert market.price["TR", "8690000000017"] == (Decimal("9.90"), Decimal("12.00"))
    assert (market.refused, market.exceeded, market.forged_taken) == (1, 1, 1)


def test_a_figure_agrees_only_when_both_sides_say_the_same():
    assert Figure("x", 0, 0).agrees
    assert not Figure("x", 0, None).agrees
    assert not Figure("x", 1, 2).agrees
