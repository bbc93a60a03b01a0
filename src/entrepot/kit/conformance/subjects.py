"""Records with distinct values, for seeing where each of them lands."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from entrepot.kit import records
from entrepot.kit.requests import Account

QUANTITY, LIST_PRICE, SALE_PRICE = 41, Decimal("56.78"), Decimal("12.34")
_AT = datetime(2026, 5, 4, 10, 20, 30, tzinfo=UTC)


def offer(number: int, account: Account, *, quantity: int = QUANTITY) -> records.Offer:
    """Price and stock of the ``number``-th listing."""
    return records.Offer(
        listing_ref=f"869{number:07d}", storefront=account.storefront, quantity=quantity,
        sale_price=SALE_PRICE, list_price=LIST_PRICE, currency=str(account.setting("store.currency", "EUR")),
    )  # fmt: skip


def content(number: int, account: Account) -> records.Content:
    """A listing's content."""
    return records.Content(
        listing_ref=f"869{number:07d}", sku=f"SKU-{number}", model_ref=f"MODEL-{number}", title=f"Linden tea {number}",
        description="Dried in Rize.", brand_ref="1102", category_ref="1103",
        attributes=(records.AttributeChoice(attribute_ref="1104", value_ref="1105"),),
        images=("https://shop.example/tea.jpg",), origin="TR", vat_rate=Decimal("0.20"), weight_g=1106,
        list_price=LIST_PRICE, sale_price=SALE_PRICE, currency="EUR", quantity=QUANTITY,
        storefront=account.storefront, content_ref="1107",
    )  # fmt: skip


def sales_order() -> records.SalesOrder:
    """An order on its way to a store: one line of 41, 2.38 each at 19 %, carriage 5.95."""
    party = records.Party(name="Jana Roth", lines=("Lindenweg 4",), city="Köln", postcode="50667", country="DE")
    line = records.SalesLine(
        sku="SKU-7", product_ref="1108", variant_ref="1109", title="Linden tea", quantity=QUANTITY,
        gross=Decimal("97.58"), vat_rate=Decimal("0.19"), tax_class="",
    )  # fmt: skip
    return records.SalesOrder(
        our_ref="EN-order-1110-1", channel="bazaria", order_ref="BZ-1111", placed_at=_AT, currency="EUR",
        lines=(line,), shipping=Decimal("5.95"), total=Decimal("103.53"), ship_to=party, bill_to=party,
    )  # fmt: skip


def store_order() -> records.StoreOrder:
    """The same order as a store might hold it, one cent short."""
    return records.StoreOrder(
        store_ref="1112", number="1112", state="open", their_status="processing", total=Decimal("103.52"),
        currency="EUR", our_ref="EN-order-1110-1",
    )  # fmt: skip


def subject(capability: str, account: Account) -> Any:
    """What a capability is given to send; None for those whose subject only their connector knows."""
    made: dict[str, Any] = {
        "push_offers": offer(1, account),
        "push_listings": content(1, account),
        "close_listings": content(1, account),
        "push_order": sales_order(),
        "settle_total": (store_order(), Decimal("0.01"), "EN-order-1110-1"),
        "cancel_order": "1112",
        "move_package": records.PackageMove(
            event="pick", package_ref="1113", lines=(("1114", 2),), invoice_number="INV-1115"
        ),
    }
    return made.get(capability)


def subscription() -> records.Subscription:
    """A subscription as we want it."""
    return records.Subscription(
        subscription_ref="1116",
        url="https://hub.example/in/1117",
        topic="",
        is_active=True,
        secret="a-secret_of-ours",  # noqa: S106 - a secret of nobody's
    )
