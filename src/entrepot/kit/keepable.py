"""What no table can hold, and no shop can mean: found in a record before it reaches one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from . import records

MOST = 2_147_483_647  # of a count: pieces, grams, millimetres
_LAST_MS = 253_402_300_799_999  # the end of the year 9999, in milliseconds since 1970
_MOST_MONEY = Decimal(10) ** 12
_HARMLESS = (datetime, date)
_REF, _SKU = 64, 100
# The longest text of a field that says which order, package or goods are meant: cut off it would mean others.
_WIDEST: dict[type[Any], dict[str, int]] = {
    records.Package: {
        "package_ref": _REF, "order_ref": _REF, "tracking_ref": _REF, "storefront": 24, "their_status": 40,
        "currency": 3,
    },
    records.Line: {"line_ref": _REF, "listing_ref": 60, "sku": _SKU},
}  # fmt: skip
_NAMES: dict[type[Any], tuple[str, ...] | None] = {}


def faults(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """(dotted field, why) of everything in a record that cannot be kept; nothing for a sound one."""
    if not _is_sound(value, path):
        yield from _found(value, path)


def _is_sound(value: Any, path: str = "") -> bool:
    """Whether :func:`_found` finds nothing, without saying where: nearly every record is sound."""
    kind = type(value)
    if kind is str:
        return "\x00" not in value
    if value is None or kind is bool or kind in _HARMLESS:
        return True
    if kind is Decimal:
        return bool(value.is_finite() and abs(value) < _MOST_MONEY)
    if kind is tuple or kind is list:
        return all(map(_is_sound, value))
    if (names := _names(kind)) is not None:
        return not any(_beyond(value)) and all(_is_sound(getattr(value, name), name) for name in names)
    return next(_found(value, path), None) is None


def _names(kind: type[Any]) -> tuple[str, ...] | None:
    """The fields of a dataclass; None: it is none."""
    if kind not in _NAMES:
        _NAMES[kind] = tuple(f.name for f in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else None
    return _NAMES[kind]


def _found(value: Any, path: str) -> Iterator[tuple[str, str]]:
    match value:
        case None | bool():
            return
        case str():
            if "\x00" in value:
                yield path, "holds a NUL character"
        case int():
            most = _LAST_MS if path.endswith("_ms") else MOST
            if abs(value) > most:
                yield path, f"must be from -{most} to {most}"
        case Decimal():
            if not value.is_finite() or abs(value) >= _MOST_MONEY:
                yield path, f"must be a number below {_MOST_MONEY}"
        case _:
            for name, why in _beyond(value):
                yield f"{path}.{name}" if path else name, why
            for name, child in _parts(value):
                yield from _found(child, f"{path}.{name}" if path else str(name))


def _beyond(value: Any) -> Iterator[tuple[str, str]]:
    """Fields of an order that mean nothing as they are, or are too long to be kept whole."""
    for name, most in _WIDEST.get(type(value), {}).items():
        if len(getattr(value, name) or "") > most:
            yield name, f"must have at most {most} characters, and has {len(getattr(value, name))}"
    if isinstance(value, records.Line):
        if value.quantity < 0:
            yield "quantity", f"must be 0 or more, not {value.quantity}"
        if value.vat_rate.is_finite() and not 0 <= value.vat_rate <= 1:
            yield "vat_rate", f"must be a fraction from 0 to 1, not {value.vat_rate}"


def _parts(value: Any) -> Iterator[tuple[Any, Any]]:
    if dataclasses.is_dataclass(value):
        yield from ((f.name, getattr(value, f.name)) for f in dataclasses.fields(value))
    elif isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, (list, tuple)):
        yield from enumerate(value)
