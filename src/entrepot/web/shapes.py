"""The forms that values take in bodies and answers: text, whole numbers, amounts, money, pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from ninja import Field, Query, Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from entrepot.core.money import Money

from .paging import DEFAULT, MOST, Page

T = TypeVar("T")
_INT_MAX, _BIG_MAX = 2**31 - 1, 2**63 - 1
_NO_NUL = r"^[^\x00]*$"  # PostgreSQL cannot keep it


def _number(value: Any) -> Any:
    """Pydantic would take true for 1 and "1" for 1; a caller who sends them has made a mistake."""
    if isinstance(value, (bool, str)):
        raise ValueError("must be a whole number")  # noqa: TRY004 - pydantic understands this one
    return value


def _storable(value: Any) -> Any:
    """JSON that the database can hold: no NUL, no half of a surrogate pair, not deeper than 20."""
    _check(value, 20)
    return value


def _check(value: Any, depth: int) -> None:
    if depth == 0:
        raise ValueError("is nested too deeply")
    if isinstance(value, str) and _is_broken(value):
        raise ValueError("holds a character that cannot be kept")
    if isinstance(value, dict):
        for key, child in value.items():
            _check(key, depth)
            _check(child, depth - 1)
    elif isinstance(value, list):
        for child in value:
            _check(child, depth - 1)


def _is_broken(text: str) -> bool:
    return "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text)


def _iso(value: Any) -> Any:
    """Pydantic would take a number for seconds since 1970."""
    if isinstance(value, str) and "-" in value[1:]:
        return value
    raise ValueError("must be a time such as 2026-03-01T09:30:00Z")


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("must have an offset, such as Z or +03:00")
    return value


Word = Annotated[str, Field(pattern=_NO_NUL, max_length=120)]
Text = Annotated[str, Field(pattern=_NO_NUL, max_length=4000)]
LongText = Annotated[str, Field(pattern=_NO_NUL, max_length=100_000)]
Whole = Annotated[int, BeforeValidator(_number), Field(ge=-_INT_MAX, le=_INT_MAX)]
Count = Annotated[int, BeforeValidator(_number), Field(ge=0, le=_INT_MAX)]
Id = Annotated[int, BeforeValidator(_number), Field(ge=1, le=_BIG_MAX)]
QueryId = Annotated[int, Field(ge=1, le=_BIG_MAX)]  # an address is text, where "7" is 7
Amount = Annotated[str, Field(pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$", examples=["12.50"])]
Rate = Annotated[str, Field(pattern=r"^-?[0-9]{1,2}(\.[0-9]{1,4})?$", examples=["0.20"])]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["EUR"])]
Instant = Annotated[datetime, BeforeValidator(_iso), AfterValidator(_aware)]
Cursor = Annotated[Word | None, Query(description="`next` of the page before; without it the first.")]
Limit = Annotated[int, Query(ge=1, le=MOST, description="Rows of a page.", examples=[DEFAULT])]
AnyJson = Annotated[Any, BeforeValidator(_storable)]


class OneOf:
    """Annotation of a text that has to be one of ``words``; they stand in the document as ``enum``."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = sorted(words)

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "enum": self.words}

    def _checked(self, value: str) -> str:
        if value not in self.words:
            raise ValueError(f"must be one of {', '.join(self.words)}")
        return value


class Body(Schema):
    """A request's body: a field that we do not know is a mistake, not decoration."""

    model_config = ConfigDict(extra="forbid")


class MoneyOut(Schema):
    """An amount as text, with its ISO 4217 currency."""

    amount: str = Field(examples=["12.50"])
    currency: str = Field(examples=["EUR"])


class MoneyIn(Body):
    """An amount as text, never a JSON number, with its ISO 4217 currency."""

    amount: Amount
    currency: Currency

    def money(self) -> Money:
        """The same as ``core.Money``."""
        return Money(Decimal(self.amount), self.currency)


class Listed(Schema, Generic[T]):
    """One page. ``next`` is the cursor of the following one; null: this was the last."""

    items: list[T]
    next: str | None = Field(examples=["aWQ6NDI"])


def listed(found: Page) -> dict[str, Any]:
    """A page as :class:`Listed` shapes it."""
    return {"items": found.items, "next": found.next_cursor}


class ChangedOut(Schema):
    """Which rows really changed; those that were so already, or could not, are not among them."""

    changed: list[int] = Field(examples=[[41, 42]])


def money(amount: Decimal | None, currency: str) -> dict[str, str] | None:
    """Money for an answer; None where the amount is unknown."""
    return None if amount is None else Money(amount, currency).as_json()
