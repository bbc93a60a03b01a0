"""The home page: figures, charts, and the last runs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from entrepot.core.clock import now
from entrepot.jobs.models import Run
from entrepot.web.admin import actor_of, scoped

from .charts import charts
from .figures import figures

_LAST_RUNS = 5


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the index template draws; the same number of SQL queries however much there is."""
    who, at = actor_of(request), now()
    counted = figures(who, at)
    runs = scoped(Run.objects.all(), who, "seller_id").order_by("-id")[:_LAST_RUNS]
    return {**context, "figures": counted, "charts": charts(who, at, counted), "last_runs": list(runs)}
