"""The charts of the home page, for Unfold's own Chart.js; each has its numbers as a table too."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import TruncDay, TruncHour
from django.utils import timezone
from django.utils.translation import gettext as _

from entrepot.channels.models import CallLog
from entrepot.core.actor import Actor
from entrepot.listings.models import Listing
from entrepot.orders.models import Order
from entrepot.web.admin import STATES, scoped

from .figures import Figure

_DAYS, _HOURS = 14, 24
# Unfold replaces var(…) by the colour's value, in light and dark.
_TONES = {
    "good": "var(--chart-good)", "busy": "var(--chart-busy)", "look": "var(--chart-look)", "bad": "var(--chart-bad)",
    "calm": "var(--chart-calm)",
}  # fmt: skip
_WAITS = ("aside", "drift", "shortages", "packages_late", "orders_failed", "listings_lacking")


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: ``kind`` is bar or line; ``series`` holds (name, values, tone or a tone for each value)."""

    name: str
    title: Any
    kind: str
    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[int], str | Sequence[str]]]

    @property
    def data(self) -> str:
        """What Chart.js draws."""
        return json.dumps(
            {"labels": list(self.labels), "datasets": [_dataset(*s, kind=self.kind) for s in self.series]}
        )

    @property
    def rows(self) -> list[Sequence[Any]]:
        """The same numbers for who does not see the picture."""
        return list(zip(self.labels, *(values for _name, values, _tone in self.series), strict=True))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(any(values) for _name, values, _tone in self.series)


def _dataset(name: str, values: Sequence[int], tone: str | Sequence[str], *, kind: str) -> dict[str, Any]:
    colours: Any = _TONES[tone] if isinstance(tone, str) else [_TONES[t] for t in tone]
    shape = (
        {"borderWidth": 2, "tension": 0.3, "pointRadius": 2}
        if kind == "line"
        else {"borderRadius": 4, "maxBarThickness": 28}
    )
    return {
        "label": name,
        "data": list(values),
        "backgroundColor": colours,
        "borderColor": colours,
        "displayYAxis": True,
        **shape,
    }


def charts(who: Actor, at: datetime, counted: Sequence[Figure]) -> list[Chart]:
    """The four charts. Three SQL queries; the last is drawn from the figures that were counted anyway."""
    return [_orders(who, at), _listings(who), _calls(who, at), _waits(counted)]


def _orders(who: Actor, at: datetime) -> Chart:
    days = [timezone.localtime(at).date() - timedelta(days=n) for n in range(_DAYS - 1, -1, -1)]
    since = at - timedelta(days=_DAYS)
    rows = Order.objects.for_actor(who).filter(placed_at__gte=since).annotate(day=TruncDay("placed_at"))
    counts = {day.date(): n for day, n in rows.values_list("day").annotate(n=Count("id")).order_by("day")}
    return Chart("orders", _("Orders by day"), "bar", [f"{d:%d.%m.}" for d in days],
                 [(_("orders"), [counts.get(d, 0) for d in days], "busy")])  # fmt: skip


def _listings(who: Actor) -> Chart:
    rows = Listing.objects.for_actor(who).values_list("state").annotate(n=Count("id")).order_by("state")
    counts = dict(rows)
    known = [s for s in STATES if s in counts]
    return Chart("listings", _("Listings by state"), "bar", [str(STATES[s][1]) for s in known],
                 [(_("listings"), [counts[s] for s in known], [STATES[s][0] for s in known])])  # fmt: skip


def _calls(who: Actor, at: datetime) -> Chart:
    first = timezone.localtime(at).replace(minute=0, second=0, microsecond=0) - timedelta(hours=_HOURS - 1)
    hours = [first + timedelta(hours=n) for n in range(_HOURS)]
    rows = scoped(CallLog.objects.filter(recorded_at__gte=first), who, "seller_id").annotate(
        hour=TruncHour("recorded_at")
    )
    is_error = Q(status__isnull=True) | Q(status__gte=400)
    counted = rows.values_list("hour").annotate(n=Count("id"), bad=Count("id", filter=is_error)).order_by("hour")
    counts = {hour: (n, bad) for hour, n, bad in counted}
    return Chart("calls", _("Calls and errors by hour"), "line", [f"{h:%H}" for h in hours],
                 [(_("calls"), [counts.get(h, (0, 0))[0] for h in hours], "busy"),
                  (_("errors"), [counts.get(h, (0, 0))[1] for h in hours], "bad")])  # fmt: skip


def _waits(counted: Sequence[Figure]) -> Chart:
    found = [f for name in _WAITS for f in counted if f.name == name]
    return Chart("waits", _("What waits for a person"), "bar", [str(f.label) for f in found],
                 [(_("open"), [f.count for f in found], [f.tone for f in found])])  # fmt: skip
