"""What can be written on an order."""

from __future__ import annotations

from .schema import BOOL, INT, META, NUMBER, STRING, T, many, one_of
from .settings import ORDER_STATUSES

ADDRESS_FIELDS = (
    "first_name", "last_name", "company", "address_1", "address_2", "city", "state", "postcode", "country", "phone",
)  # fmt: skip
TEXT = T("string", null=True)
ADDRESS = dict.fromkeys(ADDRESS_FIELDS, TEXT)
TAX_STATUS = one_of("taxable", "none")

ORDER: dict[str, T] = {
    "id": INT,
    "parent_id": INT,
    "status": one_of(*(s for s in ORDER_STATUSES if s != "checkout-draft"), "checkout-draft"),
    "currency": STRING,
    "customer_id": INT,
    "customer_note": STRING,
    "billing": T("object", props=ADDRESS | {"email": T("string", null=True, is_email=True)}),
    "shipping": T("object", props=ADDRESS),
    "payment_method": STRING,
    "payment_method_title": STRING,
    "transaction_id": STRING,
    "set_paid": BOOL,
    "created_via": STRING,
    "meta_data": META,
    "line_items": many(
        id=INT, name=T("string", null=True), product_id=T("mixed"), variation_id=INT, quantity=INT, tax_class=STRING,
        subtotal=STRING, total=STRING, sku=T("mixed"), meta_data=META,
    ),
    "shipping_lines": many(
        id=INT, method_id=T("string", null=True), method_title=T("string", null=True), instance_id=STRING,
        total=STRING, meta_data=META,
    ),
    "fee_lines": many(
        id=INT, name=T("string", null=True), tax_class=STRING, tax_status=TAX_STATUS, total=STRING, meta_data=META
    ),
    "coupon_lines": many(id=INT, code=T("string", null=True)),
}  # fmt: skip
REFUND: dict[str, T] = {
    "amount": STRING,
    "reason": STRING,
    "refunded_by": INT,
    "api_refund": BOOL,
    "api_restock": BOOL,
    "meta_data": META,
    "line_items": many(
        id=INT, quantity=INT, refund_total=NUMBER, refund_tax=many(id=INT, refund_total=NUMBER), meta_data=META
    ),
}
NOTE: dict[str, T] = {"note": STRING, "customer_note": BOOL, "added_by_user": BOOL}
RERUNS_TOTALS = {"billing", "shipping", "line_items", "shipping_lines", "fee_lines", "coupon_lines"}


def empty_address(*, has_email: bool) -> dict[str, str]:
    """An address with nothing in it, as a new order has."""
    names = (*ADDRESS_FIELDS[:-1], "email", "phone") if has_email else ADDRESS_FIELDS
    return dict.fromkeys(names, "")
