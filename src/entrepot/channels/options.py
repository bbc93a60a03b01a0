"""What stands among a channel's settings beside its connector's own, each with what it may be.

``hub.…`` are choices of a person; ``store.…`` are facts that the remote told, and that a person may correct.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from entrepot.core.errors import Invalid

FEEDS = ("products", "stock", "fulfilments", "orders", "review", "verdicts", "observed", "webhooks")


@dataclass(frozen=True, slots=True)
class Option:
    """One setting. ``check`` answers whether a value may stand; ``allowed`` says what may, in words."""

    name: str
    help: str
    allowed: str
    check: Callable[[Any], bool]


def _number(least: float, most: float) -> Callable[[Any], bool]:
    return lambda v: isinstance(v, (int, float)) and not isinstance(v, bool) and least <= v <= most


def _whole(least: int, most: int) -> Callable[[Any], bool]:
    return lambda v: isinstance(v, int) and not isinstance(v, bool) and least <= v <= most


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, str) and v for v in value)


def _networks(value: Any) -> bool:
    try:
        return _texts(value) and all(ipaddress.ip_network(text) for text in value)
    except ValueError:
        return False


def _one_of(*words: str) -> Callable[[Any], bool]:
    return lambda v: v in words


def _pattern(pattern: str) -> Callable[[Any], bool]:
    return lambda v: v is None or (isinstance(v, str) and re.fullmatch(pattern, v) is not None)


def _told_rates(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(row, list) and len(row) == 3 and all(isinstance(v, str) for v in row)  # noqa: PLR2004 - see allowed
        for row in value
    )


def _rates(value: Any) -> bool:
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        return False
    try:
        return all(0 <= Decimal(str(rate)) < 1 for rate in value)
    except InvalidOperation:
        return False


OPTIONS: tuple[Option, ...] = (
    Option("hub.order_currency", "currency of orders in the store", "keep or convert", _one_of("keep", "convert")),
    Option(
        "hub.kits",
        "kits in orders of the store: the goods that they are made of, or the kit, whose parts a plug-in there takes",
        "parts or whole",
        _one_of("parts", "whole"),
    ),
    Option(
        "hub.on_store_cancel",
        "what follows when the store cancels an order of a marketplace",
        "ask or give_up",
        _one_of("ask", "give_up"),
    ),
    Option(
        "hub.tax_classes",
        "which of the store's tax classes a VAT rate is",
        'an object of rates and class names, such as {"0.10": "reduced-rate"}',
        _rates,
    ),
    Option(
        "hub.orders_per_call",
        "orders that one request may make in the store",
        "a whole number from 1 to 100",
        _whole(1, 100),
    ),
    Option(
        "hub.late_commit_s",
        "how long the store may take to show an order that it took without an answer",
        "seconds from 0 to 86400",
        _number(0, 86_400),
    ),
    Option(
        "hub.late_push_s",
        "how long the marketplace may take to show stock and prices that it took without an answer",
        "seconds from 0 to 3600",
        _number(0, 3_600),
    ),
    Option(
        "hub.batch_patience_s",
        "after how long a batch that is never done counts as forgotten",
        "seconds from 1 to 86400",
        _number(1, 86_400),
    ),
    Option("hub.sweep.products", "products read again in each pull", "a whole number from 0 to 1000", _whole(0, 1000)),
    Option("hub.webhooks", "whether the remote sends us news", "on or off", _one_of("on", "off")),
    Option("hub.webhook_topics_off", "topics that were switched off", "a list of topics", _texts),
    Option(
        "hub.webhook_networks",
        "where webhooks may come from",
        "a list of networks, such as 203.0.113.0/24",
        _networks,
    ),
    Option(
        "hub.webhook_grace_s",
        "how long the secret of webhooks before the present one is still believed",
        "seconds from 0 to 604800",
        _number(0, 604_800),
    ),
    Option(
        "hub.webhook_late_s",
        "how late a webhook may be before it counts as missed",
        "seconds from 30 to 3600",
        _number(30, 3_600),
    ),
    Option(
        "hub.webhook_trust",
        "webhooks without a miss after which polls slow down",
        "a whole number from 1 to 10000",
        _whole(1, 10_000),
    ),
    Option(
        "hub.webhook_slow",
        "how many times slower polls are where webhooks prove healthy",
        "a number from 1 to 10; 1: never slower",
        _number(1, 10),
    ),
    *(
        Option(
            f"hub.every.{feed}", f"time between two pulls of {feed}", "seconds from 0.5 to 86400", _number(0.5, 86_400)
        )
        for feed in FEEDS
    ),
    Option("store.currency", "currency of the store", "three capitals, such as EUR", _pattern("[A-Z]{3}")),
    Option(
        "store.prices_include_tax",
        "whether the store's prices include tax",
        "true or false",
        lambda v: v in (True, False, None),
    ),
    Option("store.weight_unit", "unit of the store's weights", "a word, such as kg", _pattern(r"\w{1,12}")),
    Option("store.length_unit", "unit of the store's lengths", "a word, such as cm", _pattern(r"\w{1,12}")),
    Option(
        "store.time_zone",
        "clock of the store",
        "a name such as Europe/Istanbul, or an offset",
        _pattern(r"[\w/+:.-]{0,60}"),
    ),
    Option(
        "store.tax_rates", "tax classes and rates that the store told", "a list of country, class and rate", _told_rates
    ),
    Option("store.features", "what the store has beside the usual", "a list of words", _texts),
)


def check_option(name: str, value: Any, *, record: str) -> None:
    """Whether a setting may have this value.

    Raises:
        Invalid: there is none of this name (says which there are), or it may not (says what may).
    """
    option = next((o for o in OPTIONS if o.name == name), None)
    if option is None:
        raise Invalid(record, name, f"is not a setting; known: {_listed(o.name for o in OPTIONS)}")
    if not option.check(value):
        raise Invalid(record, name, f"must be {option.allowed}, not {str(value)[:60]!r}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
