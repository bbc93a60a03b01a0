"""Creating an order in the store, and looking for it before it is sent again."""

from __future__ import annotations

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from entrepot.core.errors import MappingError
from entrepot.kit import records
from entrepot.kit.requests import Account, Reply, Request
from entrepot.kit.spec import Raw
from entrepot.kit.wire import validated

from . import wire
from .calls import API, PAGE, stamp
from .meta import meta_text
from .orders import OUR_REF, OUR_SKU, OUR_TRACKING, may_bear, store_order

OUR_CHANNEL, OUR_ORDER = "_entrepot_channel", "_entrepot_order"
_NET = Decimal("0.000001")  # six decimals of a net total are kept, so that tax added again meets the gross price
_SEARCH_BACK = timedelta(hours=1)  # between the remotes' clocks and the store's
_SEARCH_FIELDS = "id,number,status,currency,total,date_modified_gmt,meta_data,line_items,fee_lines"


def push(account: Account, order: records.SalesOrder) -> Request:
    """Create ``order``. Never repeated without :func:`search_first`: the store would make a second one."""
    return Request("POST", f"{API}/orders", body=body(account, order), endpoint="orders.create", is_safe=False)


def body(account: Account, order: records.SalesOrder) -> dict[str, Any]:
    """The order as the store takes it: net totals (it adds its own tax), no buyer's e-mail unless one is set.

    Raises:
        MappingError: no lines, or a line that names neither product nor SKU.
    """
    if not order.lines:
        raise MappingError(f"order {order.order_ref}", "lines", "are missing")
    title = f"Paid on {order.channel}"
    email = str(account.setting("order_email", "") or "")
    made: dict[str, Any] = {
        "status": "processing",  # lowers the store's stock once
        "set_paid": False,
        "currency": order.currency,
        "payment_method": "marketplace",
        "payment_method_title": title,
        "transaction_id": order.order_ref,
        "billing": _address(order.bill_to) | ({"email": email} if email else {}),
        "shipping": _address(order.ship_to),
        "line_items": [_line(line, order) for line in order.lines],
        "shipping_lines": _shipping(order),
        "meta_data": [{"key": key, "value": value} for key, value in _meta(order).items() if value],
    }
    return made | ({"customer_note": order.note} if order.note else {})


def _meta(order: records.SalesOrder) -> dict[str, str | None]:
    return {
        OUR_REF: order.our_ref,
        OUR_CHANNEL: order.channel,
        OUR_ORDER: order.order_ref,
        OUR_TRACKING: order.tracking_ref,
        "_entrepot_tax_number": order.bill_to.tax_number,
        "_entrepot_tax_office": order.bill_to.tax_office,
    }


def _line(line: records.SalesLine, order: records.SalesOrder) -> dict[str, Any]:
    total = net(line.gross, line.vat_rate)
    return {
        **_product(line, order),
        "quantity": line.quantity,
        "subtotal": total,
        "total": total,
        "tax_class": line.tax_class,
        "meta_data": [{"key": OUR_SKU, "value": line.sku}],
    }


def _product(line: records.SalesLine, order: records.SalesOrder) -> dict[str, Any]:
    """Ids where we have them (a SKU can be renamed in the store), else the SKU. The store takes one or the other."""
    if not line.product_ref and not line.variant_ref:
        if not line.sku:
            raise MappingError(f"order {order.order_ref}", "lines", f"{line.title!r} names neither product nor SKU")
        return {"sku": line.sku}
    ids = {"product_id": line.product_ref or line.variant_ref}
    if line.variant_ref and line.variant_ref != line.product_ref and line.product_ref:
        ids["variation_id"] = line.variant_ref
    try:
        return {name: int(ref) for name, ref in ids.items()}
    except ValueError:
        raise MappingError(f"order {order.order_ref}", "lines", f"{line.sku}: an id is no number: {ids}") from None


def _shipping(order: records.SalesOrder) -> list[dict[str, Any]]:
    """One line, also when carriage is free; net by the rate of the first standard-taxed line, else of the first.

    WooCommerce's shipping tax class is "based on cart items" unless the shop chose another; what then differs by
    cents is settled by :func:`settle`.
    """
    rate = next((line.vat_rate for line in order.lines if not line.tax_class), order.lines[0].vat_rate)
    total = net(order.shipping, rate)
    return [{"method_id": "marketplace", "method_title": order.channel, "total": total}]


def net(gross: Decimal, vat_rate: Decimal) -> str:
    """A tax-included amount without its tax, to six decimals: 25.00 at 0.19 is 21.008403."""
    return format((gross / (1 + vat_rate)).quantize(_NET, ROUND_HALF_UP), "f")


def _address(party: records.Party) -> dict[str, str]:
    first, _, last = party.name.strip().rpartition(" ")
    lines = [line for line in (*party.lines, party.district) if line]
    return {
        "first_name": first or last,
        "last_name": last if first else "",
        "company": party.company,
        "address_1": lines[0] if lines else "",
        "address_2": ", ".join(lines[1:]),
        "city": party.city,
        "state": party.region,
        "postcode": party.postcode,
        "country": party.country,
        "phone": party.phone,
    }


def created(account: Account, order: records.SalesOrder, reply: Reply) -> records.StoreOrder:
    """The order as the store now holds it, with the SKUs that it did not recognise."""
    return store_order(validated(wire.Order, reply.body, f"order {order.order_ref}"), account)


def search_first(account: Account, order: records.SalesOrder) -> Request:
    """Recent orders made over the API. The store cannot be asked by meta, so each is looked at."""
    query = {
        "after": stamp(order.placed_at - _SEARCH_BACK),
        "dates_are_gmt": "true",
        "created_via": "rest-api",
        "status": "any",
        "orderby": "id",
        "order": "asc",
        "per_page": str(PAGE),
        "offset": "0",
        "_fields": _SEARCH_FIELDS,
    }
    return Request("GET", f"{API}/orders", query, endpoint="orders.search")


def match(account: Account, order: records.SalesOrder, raw: Raw) -> records.StoreOrder | None:
    """The order, if ``raw`` bears our reference."""
    if not may_bear(raw, order.our_ref):
        return None
    theirs = validated(wire.Order, raw, "order")
    return store_order(theirs, account) if meta_text(theirs.meta_data, OUR_REF) == order.our_ref else None
