"""What a person may write into a field of the catalogue: kept in one form, or refused with what is allowed."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pycountry
from django.db import models

from entrepot.catalog.models import Product
from entrepot.core.errors import Invalid
from entrepot.core.money import exact

from .columns import LARGEST, checked_gtin

DESCRIPTION_CHARACTERS = 100_000  # the column has no width
_NUMBER_CHARACTERS = 40  # of a number as typed
_RATE = Decimal("0.0001")  # the places that are kept of a rate


def kept(row: models.Model, name: str, value: Any) -> Any:
    """``value`` in the form in which the column ``name`` of ``row`` keeps it. Nothing is cut and nothing rounded.

    Raises:
        Invalid: not a value of this field; names the row, the field and what is allowed.
    """
    record = str(row)
    cleaner = _CLEANERS.get(name)
    value = cleaner(record, value) if cleaner else value
    if name == "title":
        value = str(value or "").strip()
    if isinstance(value, str):
        _check_text(record, name, value, width(type(row), name))
    return value


def said(value: Any) -> str:
    """A value in a sentence: text in quotes, a number plainly, a list or an object as JSON."""
    if value is None or value == "":
        return "nothing"
    if isinstance(value, str):
        return repr(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else str(value)


def width(model: type[models.Model], name: str) -> int | None:
    """How many characters a text field holds; None: any number."""
    if model is Product and name == "description":
        return DESCRIPTION_CHARACTERS
    return getattr(model._meta.get_field(name), "max_length", None)


def _check_text(record: str, name: str, text: str, limit: int | None) -> None:
    if limit is not None and len(text) > limit:
        raise Invalid(record, name, f"has {len(text)} characters; at most {limit} are allowed")
    if "\x00" in text:
        raise Invalid(record, name, "holds a NUL character (U+0000), which cannot be kept")


def _number(record: str, name: str, value: Any) -> Decimal:
    text = value if isinstance(value, Decimal) else str(value).strip()
    if isinstance(text, str) and len(text) > _NUMBER_CHARACTERS:
        raise Invalid(record, name, f"has {len(text)} characters; a number of at most {_NUMBER_CHARACTERS} is allowed")
    return exact(text, record=record, field=name)


def _gtin(record: str, value: Any) -> str:
    gtin, problems = checked_gtin(str(value or "").strip())
    if problems:
        raise Invalid(record, "gtin", problems[0].removeprefix("GTIN "))
    return gtin


def _origin(record: str, value: Any) -> str:
    code = str(value or "").strip().upper()
    if code and pycountry.countries.get(alpha_2=code) is None:
        raise Invalid(record, "origin", f"{str(value)[:20]!r} is not an ISO 3166 country code such as TR")
    return code


def _vat(record: str, value: Any) -> Decimal | None:
    if value in (None, ""):
        return None
    rate = _number(record, "vat_rate", value)
    if not 0 <= rate < 1:
        raise Invalid(record, "vat_rate", f"must be a fraction from 0 to below 1 (20 % is 0.20), not {value}")
    if rate != rate.quantize(_RATE):
        raise Invalid(record, "vat_rate", f"must have at most 4 decimal places (20 % is 0.20), not {value}")
    return rate.quantize(_RATE)


def _weight(record: str, value: Any) -> int | None:
    if value in (None, ""):
        return None
    grams = _number(record, "weight_g", value)
    if not 0 < grams <= LARGEST or grams != grams.to_integral_value():
        allowed = f"must be a whole number of grams above zero, at most {LARGEST}"
        raise Invalid(record, "weight_g", f"{allowed}, not {value}")
    return int(grams)


def _hs(record: str, value: Any) -> str:
    code = str(value or "").replace(".", "").replace(" ", "")
    if code and not (code.isascii() and code.isdigit() and 6 <= len(code) <= 12):  # noqa: PLR2004
        raise Invalid(record, "hs_code", f"must have 6 to 12 digits, not {str(value)[:20]!r}")
    return code


_CLEANERS: dict[str, Callable[[str, Any], Any]] = {
    "gtin": _gtin, "origin": _origin, "vat_rate": _vat, "weight_g": _weight, "hs_code": _hs,
}  # fmt: skip
