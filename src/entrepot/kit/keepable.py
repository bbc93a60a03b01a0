"""What no table can hold, and no shop can mean: found in a record before it reaches one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

MOST = 2_147_483_647  # of a count: pieces, grams, millimetres
_LAST_MS = 253_402_300_799_999  # the end of the year 9999, in milliseconds since 1970
_MOST_MONEY = Decimal(10) ** 12
_HARMLESS = (datetime, date)
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
        return all(_is_sound(getattr(value, name), name) for name in names)
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
            for name, child in _parts(value):
                yield from _found(child, f"{path}.{name}" if path else str(name))


def _parts(value: Any) -> Iterator[tuple[Any, Any]]:
    if dataclasses.is_dataclass(value):
        yield from ((f.name, getattr(value, f.name)) for f in dataclasses.fields(value))
    elif isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, (list, tuple)):
        yield from enumerate(value)
