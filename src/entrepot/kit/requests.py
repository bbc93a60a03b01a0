"""A call that a connector wants made, and the answer it gets. Plain values; nothing here sends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any


@dataclass(frozen=True, slots=True)
class Account:
    """A seller's account on a remote, as a connector sees it; no secrets.

    ``settings`` are the channel's: options a person chose and facts that the remote told (``store.currency``).
    """

    base_url: str
    account_ref: str = ""
    storefront: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    def setting(self, name: str, default: Any = None) -> Any:
        """One setting by its dotted name."""
        return self.settings.get(name, default)


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP call, relative to the account's base address.

    ``endpoint`` names it for limits and the call log. ``is_safe``: sending it twice does no harm, so the client may
    retry by itself; a write that is not safe ends in OutcomeUnknown when no answer comes. ``is_signed`` False goes out
    without credentials: a public address that refuses keys.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = field(default=None, repr=False)  # buyers' data, a webhook's secret
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    endpoint: str = ""
    group: str = ""
    is_safe: bool = True
    is_signed: bool = True
    is_kept: bool = True  # False: the answer is a document about a buyer, and stays out of the call log


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with status 200 to 299. ``body`` is parsed JSON (numbers with a point are Decimal), text, or None."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case


@dataclass(frozen=True, slots=True)
class Window:
    """What a pull asks for. Everything None: all there is. ``refs``: just these."""

    since_ms: int | None = None
    until_ms: int | None = None
    refs: tuple[str, ...] = ()
    cursor: str | None = None
    page_size: int | None = None


class NotJson(ValueError):
    """A text that is no JSON, or JSON that nobody can mean."""


def loads(text: str | bytes, *, is_repeat_refused: bool = False) -> Any:
    """Parse JSON without ever making a float. Of a name that an object has twice, the last value counts, or none.

    Raises:
        NotJson: not JSON (RFC 8259: NaN and Infinity are not), not UTF-8, nested too deeply, or a number beyond all
            measure; with ``is_repeat_refused`` also an object that has a name twice.
    """
    pairs = _once if is_repeat_refused else None
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=pairs)
    except NotJson:
        raise
    except json.JSONDecodeError as error:
        raise NotJson(f"{error.msg} in line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise NotJson("it is nested too deeply") from None
    except UnicodeDecodeError as error:
        raise NotJson(f"byte {error.start} is not UTF-8") from None
    except (InvalidOperation, ValueError):  # Python's own limit on whole numbers: 4,300 digits
        raise NotJson("it holds a number beyond all measure") from None


def _no_number(word: str) -> object:
    raise NotJson(f"{word} is no JSON number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotJson(f"an object has the name {twice[:80]!r} twice")
    return found


def dumps(body: Any) -> bytes:
    """JSON bytes; a Decimal is written as the number it is.

    Raises:
        ValueError: a Decimal of more digits than a JSON number can carry unharmed (15).
    """
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=_number).encode()


def _number(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} cannot be sent as JSON")
    if value == value.to_integral_value():
        return int(value)
    number = float(value)
    if Decimal(repr(number)) != value:
        raise ValueError(f"{value} has more digits than a JSON number can carry")
    return number
