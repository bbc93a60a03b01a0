"""Dates without offset: every date in the site's zone, with a twin in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

TEXT = "%Y-%m-%dT%H:%M:%S"


def both(name: str, at: int | None, zone: tzinfo) -> dict[str, str | None]:
    """``{name: site-local text, name_gmt: UTC text}``; null when unset. ``at`` is seconds since 1970."""
    if at is None:
        return {name: None, f"{name}_gmt": None}
    return {name: local(at, zone), f"{name}_gmt": local(at, UTC)}


def local(at: int, zone: tzinfo) -> str:
    """Wall-clock text of an instant in a zone."""
    return datetime.fromtimestamp(at, UTC).astimezone(zone).strftime(TEXT)


def filter_instant(text: str, zone: tzinfo, *, is_gmt: bool) -> int:
    """The instant that a date filter means, in seconds.

    WordPress turns a text with an offset into the site's wall clock first, and then compares that text with the
    column that was asked for: a ``Z`` together with ``dates_are_gmt`` is shifted by the site's offset.
    """
    when = datetime.fromisoformat(text)
    wall = when.astimezone(zone).replace(tzinfo=None) if when.tzinfo else when
    return int(wall.replace(tzinfo=UTC if is_gmt else zone).timestamp())


def written(text: str | None, zone: tzinfo) -> int | None:
    """The instant of a date in a body; empty clears it.

    Raises:
        ValueError: not a date.
    """
    if not text:
        return None
    when = datetime.fromisoformat(text)
    return int((when if when.tzinfo else when.replace(tzinfo=zone)).timestamp())
