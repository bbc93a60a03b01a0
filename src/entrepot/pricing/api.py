"""Prices over HTTP: what a variant costs where and why, the rules, the day's rates."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema, Status

from entrepot.channels import queries as channels
from entrepot.core.clock import now
from entrepot.core.errors import Invalid
from entrepot.web.areas import ActorRequest, Area, operator_only
from entrepot.web.paging import DEFAULT, page
from entrepot.web.shapes import (
    Body,
    Cursor,
    Limit,
    Listed,
    MoneyIn,
    MoneyOut,
    OneOf,
    QueryId,
    Rate,
    Word,
    listed,
    money,
)

from . import services
from .models import FxRate, Price, PriceChange, PriceRule

router = Router(auth=Area("prices"), tags=["prices"])
ENDINGS = ("none", "0.90", "0.95", "0.99", "1")
Ending = Annotated[str, OneOf(ENDINGS)]


class StepOut(Schema):
    """One step from base price to sale price."""

    step: str = Field(examples=["exchange"])
    amount: str = Field(examples=["2.5000"])
    why: str = Field(examples=["× 0.025000, rate of 2026-02-27 in EUR"])


class PriceOut(Schema):
    """The price of a variant on a storefront, tax included, with how it came about; or why there is none."""

    id: int = Field(examples=[88])
    variant_id: int = Field(examples=[1201])
    sku: str = Field(examples=["TEA-250"])
    storefront_id: int = Field(examples=[5])
    list_price: MoneyOut | None = Field(description="crossed out; null: cannot be computed")
    sale_price: MoneyOut | None = Field(description="what the buyer pays; null: cannot be computed")
    problem: str = Field(examples=[""])
    steps: list[StepOut]
    computed_at: datetime = Field(examples=["2026-03-01T09:30:00Z"])

    @staticmethod
    def resolve_sku(row: Price) -> str:
        return row.variant.sku

    @staticmethod
    def resolve_list_price(row: Price) -> Any:
        return money(row.list_price, row.currency)

    @staticmethod
    def resolve_sale_price(row: Price) -> Any:
        return money(row.sale_price, row.currency)


class PriceChangeOut(Schema):
    """A price became another one, and why: the first step that came out otherwise, before → now."""

    variant_id: int = Field(examples=[1201])
    storefront_id: int = Field(examples=[5])
    old_sale_price: MoneyOut | None = Field(description="null: there was none")
    old_list_price: MoneyOut | None = Field(description="null: there was none")
    sale_price: MoneyOut | None = Field(description="null: cannot be computed any more")
    list_price: MoneyOut | None = Field(description="null: cannot be computed any more")
    why: str = Field(examples=["markup: + 20.00% → + 30.00%"])
    by: str = Field(description="a person or key, else store, hub or file; empty: the day's rate", examples=["store"])
    at: datetime = Field(examples=["2026-03-01T09:30:00Z"])

    @staticmethod
    def resolve_old_sale_price(row: PriceChange) -> Any:
        return money(row.old_sale, row.currency)

    @staticmethod
    def resolve_old_list_price(row: PriceChange) -> Any:
        return money(row.old_list, row.currency)

    @staticmethod
    def resolve_sale_price(row: PriceChange) -> Any:
        return money(row.sale, row.currency)

    @staticmethod
    def resolve_list_price(row: PriceChange) -> Any:
        return money(row.list, row.currency)


class RuleOut(Schema):
    """How a base price becomes a price on one storefront. Rates are fractions: 0.30 is 30 %."""

    storefront_id: int = Field(examples=[5])
    markup_rate: str = Field(examples=["0.3000"])
    fixed_fee: MoneyOut
    minimum_margin_rate: str | None = Field(description="null: no floor", examples=["0.1000"])
    vat_rate: str | None = Field(description="null: the variant's own", examples=["0.1900"])
    fx_margin_rate: str = Field(examples=["0.0200"])
    ending: Ending = Field(examples=["0.99"])
    changed_at: datetime = Field(examples=["2026-03-01T09:30:00Z"])

    @staticmethod
    def resolve_fixed_fee(row: PriceRule) -> Any:
        return money(Decimal(row.fixed_fee).quantize(Decimal("0.01")), row.storefront.currency)

    @staticmethod
    def resolve_markup_rate(row: PriceRule) -> str:
        return _rate(row.markup_rate)

    @staticmethod
    def resolve_fx_margin_rate(row: PriceRule) -> str:
        return _rate(row.fx_margin_rate)

    @staticmethod
    def resolve_minimum_margin_rate(row: PriceRule) -> str | None:
        return None if row.minimum_margin_rate is None else _rate(row.minimum_margin_rate)

    @staticmethod
    def resolve_vat_rate(row: PriceRule) -> str | None:
        return None if row.vat_rate is None else _rate(row.vat_rate)


class RuleIn(Body):
    """The whole rule. Rates are fractions as text; the fee is in the storefront's currency."""

    markup_rate: Rate = Field("0", examples=["0.30"])
    fixed_fee: MoneyIn | None = None
    minimum_margin_rate: Rate | None = Field(None, examples=["0.10"])
    vat_rate: Annotated[str, Field(pattern=r"^0(\.[0-9]{1,4})?$")] | None = Field(None, examples=["0.19"])
    fx_margin_rate: Annotated[str, Field(pattern=r"^0(\.[0-9]{1,4})?$")] = Field("0", examples=["0.02"])
    ending: Ending = Field("none", examples=["0.99"])
    confirm: bool = Field(
        False, description="a markup or minimum margin of 5 (500 %) or more, that was not so before, is meant so",
        examples=[False],
    )  # fmt: skip


class FxOut(Schema):
    """One ``base`` is ``rate`` of ``quote`` on a day."""

    day: date = Field(examples=["2026-02-27"])
    base: str = Field(examples=["EUR"])
    quote: str = Field(examples=["TRY"])
    rate: str = Field(examples=["40.12340000"])
    source: str = Field(examples=["ecb"])


class KeptOut(Schema):
    """How many rates were kept."""

    kept: int = Field(examples=[30])


@router.get("/prices", response=Listed[PriceOut], operation_id="list_prices", summary="List prices")
def list_prices(
    request: ActorRequest,
    storefront_id: Annotated[QueryId | None, Query(examples=[5])] = None,
    sku: Annotated[Word | None, Query(examples=["TEA-250"])] = None,
    has_problem: Annotated[bool | None, Query(description="Only those without a price, or the others.")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT,
) -> Any:
    """Prices by id, each with the way it came about."""
    rows = Price.objects.for_actor(request.auth).select_related("variant")
    given = {"storefront_id": storefront_id, "variant__sku": sku}
    rows = rows.filter(**{k: v for k, v in given.items() if v is not None})
    if has_problem is not None:
        rows = rows.exclude(problem="") if has_problem else rows.filter(problem="")
    return listed(page(rows, cursor=cursor, limit=limit))


@router.get(
    "/prices/history", response=Listed[PriceChangeOut], operation_id="price_history", summary="List changes of prices"
)
def price_history(
    request: ActorRequest,
    variant_id: Annotated[QueryId, Query(examples=[1201])],
    storefront_id: Annotated[QueryId | None, Query(examples=[5])] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT,
) -> Any:
    """What a variant was asked at, change by change, newest first; as long as it is kept."""
    rows = PriceChange.objects.for_actor(request.auth).filter(variant_id=variant_id)
    if storefront_id is not None:
        rows = rows.filter(storefront_id=storefront_id)
    return listed(page(rows, cursor=cursor, limit=limit, newest_first=True))


@router.get("/price-rules", response=Listed[RuleOut], operation_id="list_price_rules", summary="List price rules")
def list_price_rules(request: ActorRequest, cursor: Cursor = None, limit: Limit = DEFAULT) -> Any:
    """The rules that were set; a storefront without one changes nothing but currency and tax."""
    rows = PriceRule.objects.for_actor(request.auth).select_related("storefront")
    return listed(page(rows, cursor=cursor, limit=limit))


@router.put(
    "/price-rules/{storefront_id}", response=RuleOut, operation_id="set_price_rule", summary="Set a storefront's rule"
)
def set_price_rule(request: ActorRequest, storefront_id: int, body: RuleIn) -> Any:
    """Set the rule; every price there is computed again.

    422: the fee is in another currency than the storefront's, a rate of 5 (500 %) or more is not confirmed, or the
    storefront's currency has more than two decimals, which a price here cannot have.
    """
    front = channels.storefront_for(actor=request.auth, storefront_id=storefront_id)
    fee = body.fixed_fee
    if fee is not None and fee.currency != front.currency:
        raise Invalid("rule", "fixed_fee.currency", f"must be {front.currency}, the storefront's, not {fee.currency}")
    row = services.set_rule(
        seller_id=front.seller_id, storefront_id=front.id, markup_rate=Decimal(body.markup_rate),
        fixed_fee=Decimal(0) if fee is None else _fee(fee), ending=body.ending,
        minimum_margin_rate=_decimal(body.minimum_margin_rate), vat_rate=_decimal(body.vat_rate),
        fx_margin_rate=Decimal(body.fx_margin_rate), confirm=body.confirm,
    )  # fmt: skip
    return PriceRule.objects.for_actor(request.auth).select_related("storefront").get(id=row.id)


@router.get("/fx-rates", response=Listed[FxOut], operation_id="list_fx_rates", summary="List exchange rates")
def list_fx_rates(
    request: ActorRequest,
    base: Annotated[Word | None, Query(examples=["EUR"])] = None,
    quote: Annotated[Word | None, Query(examples=["TRY"])] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT,
) -> Any:
    """Rates as published, those that came last first."""
    given = {"base": base, "quote": quote}
    rows = FxRate.objects.filter(**{k: v for k, v in given.items() if v is not None})
    found = page(rows, cursor=cursor, limit=limit, newest_first=True)
    return {"items": [_fx(row) for row in found.items], "next": found.next_cursor}


@router.post(
    "/fx-rates", response={201: KeptOut}, operation_id="load_fx_rates", summary="Load exchange rates",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "text/csv": {
                    "schema": {"type": "string"}, "example": "day,base,quote,rate\n2026-02-27,EUR,TRY,40.1234\n",
                },
                "application/xml": {
                    "schema": {"type": "string"},
                    "example": "<Envelope>the ECB's eurofxref-daily.xml, as it is</Envelope>",
                },
            },
        }
    },
)  # fmt: skip
def load_fx_rates(request: ActorRequest) -> Any:
    """Keep the rates of a CSV (day,base,quote,rate) or of the ECB's XML. For operators: every seller uses them."""
    operator_only(request.auth)
    if "xml" in request.headers.get("Content-Type", "").lower():
        return Status(201, {"kept": services.load_ecb(at=now(), xml=request.body)})
    try:
        text = request.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("FX file", "encoding", "must be UTF-8") from None
    return Status(201, {"kept": services.load_fx_csv(at=now(), text=text)})


def _fee(fee: MoneyIn) -> Decimal:
    amount = Decimal(fee.amount)
    if amount != amount.quantize(Decimal("0.01")) or abs(amount) >= Decimal(10) ** 10:
        raise Invalid("rule", "fixed_fee.amount", f"{fee.amount} has more than two decimals, or more than ten digits")
    return amount


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _rate(value: Decimal) -> str:
    return format(Decimal(value).quantize(Decimal("0.0001")), "f")


def _fx(row: FxRate) -> dict[str, Any]:
    rate = format(row.rate, "f")
    return {"day": row.day, "base": row.base, "quote": row.quote, "rate": rate, "source": row.source}
