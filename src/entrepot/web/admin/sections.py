"""What a row's page shows below its fields: tables and timelines, each from a known number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

NOTHING = _("Nothing here yet.")
NO_NEWS = _("Nothing has happened yet.")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under headers; ``rows`` may hold safe HTML."""

    title: Any
    headers: Sequence[Any]
    rows: Sequence[Sequence[Any]]
    empty: Any = NOTHING
    note: Any = ""
    template: ClassVar[str] = "web/table.html"


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened: when, what, who or where from, and a word more."""

    at: datetime
    what: Any
    who: str = ""
    more: Any = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Moments, oldest first."""

    title: Any
    moments: Sequence[Moment] = field(default_factory=list)
    empty: Any = NO_NEWS
    template: ClassVar[str] = "web/timeline.html"


@dataclass(frozen=True, slots=True)
class Box:
    """A box of safe HTML."""

    title: Any
    html: Any
    template: ClassVar[str] = "web/box.html"


@dataclass(frozen=True, slots=True)
class Fragment:
    """A template of its own with its own context."""

    title: Any
    template: str
    context: dict[str, Any]


Section = Table | Timeline | Box | Fragment


def merged(*parts: Iterable[Moment]) -> list[Moment]:
    """Several sources of moments as one, oldest first; equal times keep the order of the sources."""
    return sorted((m for part in parts for m in part), key=lambda m: m.at)


class SectionsOf:
    """Mixin of pages: own sections first, then those that layers above hang on this page by the site."""

    def sections(self, request: HttpRequest, row: Any) -> list[Section]:
        """Sections of this page's own domain."""
        return []

    def all_sections(self, request: HttpRequest, row: Model) -> list[Section]:
        """Everything to show below the row's fields."""
        above = getattr(self.admin_site, "more", {}).get(row._meta.label_lower)  # type: ignore[attr-defined]
        found = list(self.sections(request, row))
        for section in above.sections if above else ():
            found += section(request, row)
        return found
