"""What a remote lays out for a person on its page: tables of what it holds, and forms for what can be done there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

Given = Mapping[str, Any]  # a form as it was sent: texts by name, lists of texts where a name came several times
PICKS = 5  # lines that can be chosen in one form
MOST_OFFERED = 300


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose: what is sent, what is read, and the heading it stands under."""

    value: str
    words: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """How a person fills one argument of an action.

    ``kind`` is ``text`` (``options`` are then suggestions), ``number``, ``choice``, ``flag``, ``json``, ``ticks`` (any
    of the options) or ``lines`` (some of the options, each with a quantity; sent as ``item.1``, ``quantity.1``, …).
    ``empty`` is said in place of a choice that has no options.
    """

    name: str
    label: str
    kind: str = "text"
    options: Sequence[Option] = ()
    example: str = ""
    hint: str = ""
    value: str = ""
    empty: str = ""
    is_needed: bool = True


def offered(options: Iterable[Option]) -> list[Option]:
    """As many as a person can look through; what is not among them can be typed where these are suggestions."""
    return list(islice(options, MOST_OFFERED))


def _as_sent(given: Given) -> Given:
    return given


@dataclass(frozen=True, slots=True)
class Form:
    """The form of one action. Arguments that no field names follow by their annotations, except ``without``.

    ``fold`` turns what was sent into arguments, where a field is not one; it raises ValueError with what is allowed.
    """

    action: str
    group: str
    fields: Sequence[Field] = ()
    without: Sequence[str] = ()
    fold: Callable[[Given], Given] = _as_sent


@dataclass(frozen=True, slots=True)
class Link:
    """Opens the form of an action, filled with these values."""

    words: str
    action: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """Things of one kind; ``row`` shows one by column, and is asked only for those that are looked at.

    A cell is text, a number, None or a list of texts; ``links`` of a row are Links. ``states`` gives the words by which
    a thing is counted above the table, as its column ``state`` shows them; ``numbers`` stand to the right.
    """

    name: str
    columns: Sequence[str]
    things: Sequence[Any]
    row: Callable[[Any], dict[str, Any]]
    state: str = ""
    states: Callable[[Any], list[str]] | None = None
    numbers: Sequence[str] = ()
    empty: str = "None yet."


def picked(given: Given) -> list[tuple[str, int]]:
    """The chosen items of a ``lines`` field with their quantities, 1 where none was said.

    Raises:
        ValueError: a quantity without an item, or one that is no whole number above 0.
    """
    lines = []
    for number in range(1, PICKS + 1):
        item, text = given.get(f"item.{number}", ""), given.get(f"quantity.{number}", "1")
        if not item:
            continue
        if not str(text).isdecimal() or not 0 < int(text) < 10**9:
            raise ValueError(f"quantity of {item} must be a whole number above 0, not {text!r}")
        lines.append((str(item), int(text)))
    return lines


def unpicked(given: Given) -> dict[str, Any]:
    """What was sent beside the ``lines`` field."""
    return {name: value for name, value in given.items() if not name.startswith(("item.", "quantity."))}
