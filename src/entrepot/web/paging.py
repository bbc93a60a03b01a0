"""Pages by key: a cursor names the last row seen, so rows that come and go shift nothing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import QuerySet

from entrepot.core.errors import Invalid

T = TypeVar("T")
DEFAULT, MOST = 50, 500


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the cursor of the next ones; None: these are the last."""

    items: Sequence[Any]
    next_cursor: str | None

    def as_json(self, shape: Callable[[Any], Any]) -> dict[str, Any]:
        """``{"items": […], "next": cursor or null}``."""
        return {"items": [shape(i) for i in self.items], "next": self.next_cursor}


def page(rows: QuerySet[Any], *, cursor: str | None = None, limit: int = DEFAULT, newest_first: bool = False) -> Page:
    """Up to ``limit`` rows by id after ``cursor``. One SQL query.

    Raises:
        Invalid: the cursor is not one of ours, or ``limit`` is not 1 to 500.
    """
    if not 1 <= limit <= MOST:
        raise Invalid("page", "limit", f"must be 1 to {MOST}, not {limit}")
    if cursor:
        last = _decoded(cursor)
        rows = rows.filter(id__lt=last) if newest_first else rows.filter(id__gt=last)
    found = list(rows.order_by("-id" if newest_first else "id")[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return Page(found, _encoded(found[-1].id) if more else None)


def _encoded(last_id: int) -> str:
    return base64.urlsafe_b64encode(f"id:{last_id}".encode()).decode().rstrip("=")


def _decoded(cursor: str) -> int:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        kind, _, number = text.partition(":")
        if kind == "id" and number.isdigit() and len(number) < 20:  # noqa: PLR2004
            return int(number)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pass
    raise Invalid("page", "cursor", "is not one that we gave; start without it")
