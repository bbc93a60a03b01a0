"""How values look in the panel: money, time, JSON, links. Nothing here queries."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.urls import NoReverseMatch, reverse
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

EMPTY = "–"


def money(amount: Decimal | None, currency: str) -> str:
    """``1,234.50 EUR`` in the reader's language; a dash where the amount is not known, never zero."""
    if amount is None:
        return EMPTY
    places = max(2, -int(amount.normalize().as_tuple().exponent)) if amount.is_finite() else 2
    return f"{formats.number_format(amount, places, use_l10n=True, force_grouping=True)} {currency}"


def number(value: Decimal | int | None) -> str:
    """A number without trailing zeros; a dash where it is not known."""
    return EMPTY if value is None else f"{Decimal(value).normalize():f}"


def rate(value: Decimal | None) -> str:
    """A fraction as per cent: 0.19 is 19 %."""
    return EMPTY if value is None else f"{(value * 100).normalize():f} %"


def per_cent(model: type[Model], name: str) -> Callable[[Any], str]:
    """What a row's page shows in place of the column ``name``, a fraction."""

    def shown(row: Any) -> str:
        return rate(getattr(row, name))

    shown.__name__ = f"{name}_per_cent"
    shown.short_description = next(f.verbose_name for f in model._meta.concrete_fields if f.name == name)  # type: ignore[attr-defined]
    return shown


def said(at: datetime) -> str:
    """An instant with its zone, to the second, in the reader's form."""
    return formats.date_format(timezone.localtime(at), "DATETIME_FORMAT")


def when(at: datetime | None) -> SafeString | str:
    """The same, for a page; ``None`` is a dash. A narrow column breaks it after the day only."""
    if at is None:
        return EMPTY
    day, _, clock = said(at).partition(" ")
    return format_html('<time datetime="{}"><span>{}</span> <span>{}</span></time>', at.isoformat(), day, clock)


def pretty(value: Any) -> SafeString:
    """JSON, indented, in a box that scrolls."""
    if value in (None, "", [], {}):
        return SafeString(EMPTY)
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    return format_html('<pre class="json" tabindex="0">{}</pre>', text)


def row_link(label: str, pk: Any, text: Any, *, site: str = "admin") -> SafeString:
    """A link to a row's page; ``label`` is app.model. The bare text where there is no such page."""
    try:
        url = reverse(f"{site}:{label.replace('.', '_')}_change", args=[pk])
    except NoReverseMatch:
        return format_html("{}", text)
    return format_html('<a class="link" href="{}">{}</a>', url, text)


def list_link(label: str, text: Any, query: str = "", *, site: str = "admin") -> SafeString:
    """A link to a list, filtered by ``query``."""
    return format_html('<a class="link" href="{}{}">{}</a>', reverse(f"{site}:{label.replace('.', '_')}_changelist"),
                       f"?{query}" if query else "", text)  # fmt: skip


def lines(values: Iterable[Any]) -> SafeString:
    """One value a line."""
    return format_html_join(SafeString("<br>"), "{}", ((v,) for v in values)) or SafeString(EMPTY)


def pairs(values: Mapping[str, Any]) -> SafeString:
    """Names and values, one pair a line."""
    body = format_html_join("", "<dt>{}</dt><dd>{}</dd>", ((k, _flat(v)) for k, v in values.items()))
    return format_html('<dl class="pairs">{}</dl>', body) if values else SafeString(EMPTY)


def _flat(value: Any) -> Any:
    if isinstance(value, SafeString):
        return value
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return EMPTY if value in (None, "") else value


def missing_facts(facts: Iterable[Mapping[str, str]]) -> SafeString:
    """What keeps something from being listed: field and why, one a line."""
    return lines(format_html("<strong>{}</strong> {}", f.get("field", ""), f.get("why", "")) for f in facts)
