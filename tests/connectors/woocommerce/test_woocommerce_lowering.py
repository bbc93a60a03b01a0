"""Pieces out of a WooCommerce order: a refund by line that moves no money (reference, "Refund")."""

from __future__ import annotations

from decimal import Decimal

from entrepot.connectors.woocommerce import lowering
from entrepot.kit.lowering import HeldLine, Lowering
from entrepot.kit.requests import Account, Reply

ACCOUNT = Account("http://127.0.0.1")
LINE = HeldLine(line_ref="55", sku="TOWEL", quantity=3, net=Decimal("24.98"), taxes=(("1", Decimal("5.00")),))


def lower(pieces, gross):
    asked = Lowering(store_ref="77", our_ref="EN-1", currency="TRY", lines=((LINE, pieces, Decimal(gross)),))
    return lowering.lower(ACCOUNT, asked)


def test_the_buyers_price_is_exact_and_no_gateway_is_called():
    request = lower(3, "29.97")  # 3 × 9.99, though the store's own arithmetic says 29.98

    assert (request.method, request.path, request.is_safe) == ("POST", "/wp-json/wc/v3/orders/77/refunds", False)
    body = request.body
    assert (body["amount"], body["api_refund"], body["api_restock"]) == ("29.97", False, True)
    (line,) = body["line_items"]
    assert (line["id"], line["quantity"]) == (55, 3)
    assert line["refund_total"] + line["refund_tax"][0]["refund_total"] == Decimal("29.97")


def test_some_pieces_carry_their_part_of_the_tax():
    (line,) = lower(1, "9.99").body["line_items"]

    assert (line["refund_total"], line["refund_tax"]) == (
        Decimal("8.32"), [{"id": 1, "refund_total": Decimal("1.67")}]
    )  # fmt: skip


def test_a_refund_of_ours_is_known_by_its_reason():
    asked = Lowering(store_ref="77", our_ref="EN-1", currency="TRY", lines=())

    assert lowering.match(ACCOUNT, asked, {"id": 9200, "reason": "EN-1", "amount": "9.99"}) == "9200"
    assert lowering.match(ACCOUNT, asked, {"id": 9201, "reason": "returned", "amount": "9.99"}) is None


def test_lines_are_read_with_their_figures():
    raw = {
        "id": 55, "sku": "TOWEL", "quantity": 3, "total": "24.98", "taxes": [{"id": 1, "total": "5.00", "subtotal": "5"}],
    }  # fmt: skip

    assert lowering.held_lines(ACCOUNT, "77", Reply(200, {"line_items": [raw]}, {})) == (LINE,)
