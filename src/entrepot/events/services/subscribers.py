"""Who is told of what: the wiring table, loaded by dotted name and checked at boot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from entrepot.events.models import Event

Handler = Callable[[list[Event]], Any]
F = TypeVar("F", bound=Handler)
Table = Mapping[str, Sequence[str] | str]
NONE = "none"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A handler, its cursor's name, and the types it is told of. ``in_order``: a key waits behind its parked event."""

    name: str
    handler: Handler
    types: frozenset[str]
    in_order: bool = True


def order_free(handler: F) -> F:
    """Decorator of handlers for which the order of a key's events does not matter: none waits behind a parked one."""
    handler.order_free = True  # type: ignore[attr-defined]
    return handler


def load_subscribers(table: Table | None = None) -> list[Subscriber]:
    """The subscribers of ``config/subscribers.py``, by name.

    Raises:
        ImproperlyConfigured: an entry is neither the word ``none`` nor dotted names of functions that exist.
    """
    types_of: dict[str, set[str]] = {}
    wiring: Table = import_string(settings.ENTREPOT_SUBSCRIBERS) if table is None else table
    for type_, names in wiring.items():
        if isinstance(names, str) or not names:
            if names != NONE:
                raise ImproperlyConfigured(f"event {type_}: give a list of handlers or the word {NONE!r}")
            continue
        for name in names:
            types_of.setdefault(name, set()).add(type_)
    return [_subscriber(name, types_of[name]) for name in sorted(types_of)]


def _subscriber(name: str, types: set[str]) -> Subscriber:
    try:
        handler = import_string(name)
    except ImportError as error:
        raise ImproperlyConfigured(f"handler {name} of {', '.join(sorted(types))} cannot be loaded: {error}") from error
    if not callable(handler):
        raise ImproperlyConfigured(f"handler {name} is not a function")
    return Subscriber(name, handler, frozenset(types), in_order=not getattr(handler, "order_free", False))
