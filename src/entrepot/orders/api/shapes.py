"""How orders look over HTTP. Buyers' data is in ``parties`` and nowhere else."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from ninja import Field, Schema

from entrepot.orders.models import Line, Order
from entrepot.orders.states import ORDER
from entrepot.web.shapes import Body, Id, MoneyOut, OneOf, Text, Word, money

OrderState = Annotated[str, OneOf(ORDER.states)]
Role = Annotated[str, OneOf(("bill_to", "ship_to"))]


class OrderOut(Schema):
    """A purchase on a marketplace; amounts as it sent them, tax included."""

    id: int = Field(examples=[42])
    seller_id: int = Field(examples=[7])
    channel_id: int = Field(examples=[3])
    storefront_id: int | None = Field(examples=[5])
    order_ref: str = Field(description="the channel's number", examples=["9103214567"])
    state: OrderState = Field(examples=["awaiting_confirmation"])
    placed_at: datetime = Field(examples=["2026-03-01T09:30:00Z"])
    modified_at: datetime = Field(examples=["2026-03-01T09:31:00Z"])
    gross: MoneyOut
    seller_discount: MoneyOut
    channel_discount: MoneyOut
    shipping: MoneyOut
    total: MoneyOut
    difference: MoneyOut = Field(description="sent less computed; not 0: held")
    hold_reason: str = Field(description="why a person has to look; empty: nobody has to", examples=[""])
    is_paid: bool = Field(examples=[True])
    is_export: bool = Field(examples=[False])
    is_history: bool = Field(description="older than the channel's start: never pushed", examples=[False])
    store_ref: str = Field(description="the store's number of it", examples=["1183"])
    store_total: MoneyOut | None = Field(description="as the store holds it; null: it does not have it")
    note: str = Field(examples=[""])
    failure: str = Field(description="why a person has to look at its way into the store", examples=[""])
    approved_at: datetime | None = Field(examples=["2026-03-01T09:40:00Z"])

    @staticmethod
    def resolve_gross(row: Order) -> Any:
        return money(row.gross, row.currency)

    @staticmethod
    def resolve_seller_discount(row: Order) -> Any:
        return money(row.seller_discount, row.currency)

    @staticmethod
    def resolve_channel_discount(row: Order) -> Any:
        return money(row.channel_discount, row.currency)

    @staticmethod
    def resolve_shipping(row: Order) -> Any:
        return money(row.shipping, row.currency)

    @staticmethod
    def resolve_total(row: Order) -> Any:
        return money(row.total, row.currency)

    @staticmethod
    def resolve_difference(row: Order) -> Any:
        return money(row.difference, row.currency)

    @staticmethod
    def resolve_store_total(row: Order) -> Any:
        return money(row.store_total, row.store_currency) if row.store_currency else None


class LineOut(Schema):
    """One SKU in a purchase; unit amounts with tax."""

    id: int = Field(examples=[77])
    line_ref: str = Field(examples=["4711"])
    variant_id: int | None = Field(description="null: not ours, so the order is held", examples=[1201])
    listing_ref: str = Field(examples=["8690000000005"])
    sku: str = Field(examples=["TEA-250"])
    title: str = Field(examples=["Ince belli çay bardağı"])
    quantity: int = Field(examples=[2])
    cancelled_quantity: int = Field(examples=[0])
    unit_price: MoneyOut
    line_total: MoneyOut = Field(description="what the buyer pays for all units")
    vat_rate: str = Field(examples=["0.2000"])

    @staticmethod
    def resolve_unit_price(row: Line) -> Any:
        return money(row.unit_price, row.order.currency)

    @staticmethod
    def resolve_line_total(row: Line) -> Any:
        return money(row.line_total, row.order.currency)

    @staticmethod
    def resolve_vat_rate(row: Line) -> str:
        return format(Decimal(row.vat_rate), "f")


class PartyOut(Schema):
    """Who buys, and where it goes."""

    role: Role = Field(examples=["ship_to"])
    name: str = Field(examples=["Ayşe Yılmaz"])
    company: str = Field(examples=[""])
    phone: str = Field(examples=["+905550000000"])
    email: str = Field(examples=["ayse@example.com"])
    lines: list[str] = Field(examples=[["Moda Cd. 12"]])
    district: str = Field(examples=["Kadıköy"])
    city: str = Field(examples=["İstanbul"])
    region: str = Field(examples=[""])
    postcode: str = Field(examples=["34710"])
    country: str = Field(examples=["TR"])
    tax_number: str = Field(examples=[""])
    tax_office: str = Field(examples=[""])


class AdjustmentOut(Schema):
    """An amount on no line, by a written rule, so that totals agree to the cent."""

    kind: str = Field(examples=["rounding"])
    amount: MoneyOut
    rule: str = Field(examples=["line totals rounded to the cent"])

    @staticmethod
    def resolve_amount(row: Any) -> Any:
        return money(row.amount, row.currency)


class OrdersIn(Body):
    """Which orders."""

    ids: list[Id] = Field(min_length=1, max_length=500, examples=[[42, 43]])


class ReasonIn(Body):
    """Why; kept in the history."""

    reason: Text = Field(min_length=1, examples=["the buyer called"])


class AddressIn(Body):
    """What to change of an address; what is left out stays."""

    name: Annotated[Word, Field(max_length=200)] | None = Field(None, examples=["Ayşe Yılmaz"])
    company: Annotated[Word, Field(max_length=200)] | None = None
    phone: Annotated[Word, Field(max_length=40)] | None = None
    email: Annotated[Word, Field(max_length=200)] | None = None
    lines: list[Annotated[Word, Field(max_length=300)]] | None = Field(None, max_length=8, examples=[["Moda Cd. 12"]])
    district: Word | None = None
    city: Word | None = Field(None, examples=["İstanbul"])
    region: Word | None = None
    postcode: Annotated[Word, Field(max_length=20)] | None = Field(None, examples=["34710"])
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = Field(None, examples=["TR"])
    tax_number: Annotated[Word, Field(max_length=40)] | None = None
    tax_office: Word | None = None


class LineVariantIn(Body):
    """Which variant a line means."""

    variant_id: Id = Field(examples=[1201])


class NoteIn(Body):
    """A note that travels with the order to the store; empty takes it away."""

    note: Text = Field(examples=["gift wrap"])
