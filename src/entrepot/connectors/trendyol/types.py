"""Forms in which Trendyol writes a value; each type takes those and no others."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field

from entrepot.kit.wire import Amount

_NOWHERE = 253_402_300_800_000  # ms of the year 10000, beyond every calendar


def because(reason: str, names: str) -> dict[str, str]:
    """``names`` (parted by spaces), each ignored for ``reason``."""
    return dict.fromkeys(names.split(), reason)


def _text(value: object) -> object:
    """Empty for null; a number's text for a number: codes are sent as either."""
    if value is None:
        return ""
    return str(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else value


def _some_ref(value: object) -> object:
    """None for null, 0 and an empty text, all of which mean that there is none yet; else the id's text."""
    if value is None or (isinstance(value, (int, str)) and not isinstance(value, bool) and str(value) in ("", "0")):
        return None
    return _text(value)


def _many(value: object) -> object:
    """An empty list for null and for ``""``, which some lists are when empty."""
    return [] if value is None or value == "" else value


def _flag(value: object) -> object:
    return False if value is None else value


Flag = Annotated[bool, BeforeValidator(_flag)]
Text = Annotated[str, BeforeValidator(_text)]
SomeRef = Annotated[str | None, BeforeValidator(_some_ref)]
Many = BeforeValidator(_many)
Millis = Annotated[int, Field(ge=0, lt=_NOWHERE)]  # epoch milliseconds
Number = Amount | None
