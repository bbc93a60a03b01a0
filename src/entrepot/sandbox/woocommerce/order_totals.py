"""What the store computes on every order: net lines plus tax from its own rates.

Lines hold the amount without tax for their whole quantity. Tax is computed per line with six decimals and rounded to
two per line before it is added up; line totals are kept as sent and rounded to two for the sum. Example with 19 %:
21.008403 + shipping 4.201681 → 21.01 + 3.99 + 4.20 + 0.80 = 30.00; 25.00 + 5.00 → 35.70 (reference §1.5).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .money import ZERO, cents, kept, plain, tax_cents
from .settings import TAX_CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .state import Row, Store


def country_of(store: Store, order: Row) -> str:
    """Where tax is due: the shipping country, else the billing country, else the shop's own."""
    return order["shipping"]["country"] or order["billing"]["country"] or store.settings.base_country


def calculate(store: Store, order: Row) -> None:
    """Write every tax and total of the order anew."""
    country = country_of(store, order)
    shipping_class = _shipping_class(order)
    for line in order["line_items"]:
        _tax(store, line, country, line["tax_class"] if line["tax_status"] == "taxable" else None)
    for fee in order["fee_lines"]:
        _tax(store, fee, country, fee["tax_class"] if fee["tax_status"] == "taxable" else None)
    for line in order["shipping_lines"]:
        _tax(store, line, country, shipping_class)
    _cap_negative_fees(order)
    _sum_up(store, order)
    order["tax_lines"] = _tax_lines(store, order)


def _shipping_class(order: Row) -> str | None:
    """The class of shipping follows the taxable lines: standard when any has it; None: not taxed."""
    found = {line["tax_class"] for line in order["line_items"] if line["tax_status"] == "taxable"}
    known = ["" if name == "standard" else name for name in TAX_CLASSES]
    return next((name for name in known if name in found), None)


def _tax(store: Store, line: Row, country: str, tax_class: str | None) -> None:
    """``tax_class`` None: not taxed at all."""
    rate = None if tax_class is None else store.settings.rate(country, tax_class)
    fraction = Decimal(rate["rate"]) / 100 if rate else ZERO
    line["total_tax"] = plain(kept(Decimal(line["total"]) * fraction))
    if "subtotal" in line:
        line["subtotal_tax"] = plain(kept(Decimal(line["subtotal"]) * fraction))
    shown = {"total": line["total_tax"], "subtotal": line.get("subtotal_tax", "")}
    line["taxes"] = [{"id": rate["id"], **shown}] if rate else []


def _cap_negative_fees(order: Row) -> None:
    """A negative fee can take no more than everything else comes to."""
    others = [*order["line_items"], *order["shipping_lines"]]
    left = sum((cents(Decimal(line["total"])) for line in others), ZERO)
    for fee in order["fee_lines"]:
        amount = Decimal(fee["total"])
        if amount < -left:
            fee["total"] = plain(-left)
        left += Decimal(fee["total"])


def _sum_up(store: Store, order: Row) -> None:
    is_inclusive = store.settings.prices_include_tax

    def added(lines: Iterable[Row], name: str) -> Decimal:
        return sum((cents(Decimal(line[name])) for line in lines), ZERO)

    def taxes(lines: Iterable[Row], name: str = "total_tax") -> Decimal:
        rounded = (tax_cents(Decimal(line[name]), prices_include_tax=is_inclusive) for line in lines)
        return sum(rounded, ZERO)

    lines, fees, shipping = order["line_items"], order["fee_lines"], order["shipping_lines"]
    net, gross_of_discount = added(lines, "total"), added(lines, "subtotal")
    fee_total = sum((Decimal(fee["total"]) for fee in fees), ZERO)
    shipping_total = cents(sum((Decimal(line["total"]) for line in shipping), ZERO))
    cart_tax, shipping_tax = taxes(lines) + taxes(fees), taxes(shipping)
    order |= {
        "discount_total": plain(gross_of_discount - net),
        "discount_tax": plain(taxes(lines, "subtotal_tax") - taxes(lines)),
        "shipping_total": plain(shipping_total),
        "shipping_tax": plain(shipping_tax),
        "cart_tax": plain(cart_tax),
        "total_tax": plain(cart_tax + shipping_tax),
        "total": plain(cents(net + fee_total + shipping_total + cart_tax + shipping_tax)),
    }


def _tax_lines(store: Store, order: Row) -> list[dict[str, Any]]:
    """One line per rate that was used, read-only on the wire."""
    held = {line["rate_id"]: line["id"] for line in order["tax_lines"]}
    is_inclusive = store.settings.prices_include_tax
    sums: dict[int, list[Decimal]] = {}
    for place, lines in enumerate(([*order["line_items"], *order["fee_lines"]], order["shipping_lines"])):
        for tax in (tax for line in lines for tax in line["taxes"]):
            amounts = sums.setdefault(tax["id"], [ZERO, ZERO])
            amounts[place] += tax_cents(Decimal(tax["total"]), prices_include_tax=is_inclusive)
    found = []
    for rate in store.settings.tax_rates:
        if rate["id"] in sums:
            cart, shipping = sums[rate["id"]]
            code = f"{rate['country']}-{rate['name'].upper()}-1"
            shown = {"id": held.get(rate["id"]) or store.new_id(), "rate_code": code, "rate_id": rate["id"]}
            amounts_shown = {"tax_total": plain(cart), "shipping_tax_total": plain(shipping)}
            percent = float(rate["rate"])
            facts = {"label": rate["name"], "compound": False, "rate_percent": percent, "meta_data": []}
            found.append(shown | amounts_shown | facts)
    return found
