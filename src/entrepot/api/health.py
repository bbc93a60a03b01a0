"""Whether this process lives, whether the hub can work, and figures for Prometheus."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from psycopg_pool import PoolTimeout

from entrepot.core.clock import now
from entrepot.events.services.partitions import days_ready
from entrepot.jobs.models import DrainerHealth
from entrepot.jobs.services.lanes import Drainer, load_drainers
from entrepot.web.problems import problem

from .figures import exposition

_DAYS_AHEAD = 3
_SILENT = timedelta(seconds=30)


def healthz(_: HttpRequest) -> HttpResponse:
    """200: the process answers. It asks nobody else, so a slow database does not get it restarted."""
    return JsonResponse({"status": "ok"})


def readyz(_: HttpRequest) -> HttpResponse:
    """200 when every check passes, else 503; the checks by name, with what is wrong."""
    checks = {name: _result(check) for name, check in CHECKS.items()}
    is_ready = all(result == "ok" for result in checks.values())
    body = {"status": "ok" if is_ready else "not ready", "checks": checks}
    return JsonResponse(body, status=200 if is_ready else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """Figures of the whole hub, for the operator's key and for this machine itself."""
    if not _is_operator(request):
        return problem(403, detail="only for the operator's key, or from this machine without a proxy between")
    text, media_type = exposition(at=now())
    return HttpResponse(text, content_type=media_type)


def _is_operator(request: HttpRequest) -> bool:
    actor = getattr(request, "actor", None)
    if actor is not None:
        return actor.seller_ids is None and actor.may("metrics", "read")
    is_local = request.META.get("REMOTE_ADDR", "") in ("127.0.0.1", "::1")
    return is_local and "X-Forwarded-For" not in request.headers and "Forwarded" not in request.headers


def _result(check: Callable[[], str]) -> str:
    try:
        return check()
    except (DatabaseError, PoolTimeout):
        return "the database does not answer"
    except ImproperlyConfigured as error:
        return str(error)


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _serving() -> str:
    return "this web server is ending" if settings.ENTREPOT_DRAINING_MARK.exists() else "ok"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(missing)} migrations are not applied" if missing else "ok"


def _partitions() -> str:
    days = days_ready(at=now())
    return "ok" if days >= _DAYS_AHEAD else f"partitions are there for {days} days ahead, {_DAYS_AHEAD} are needed"


def _drainers() -> str:
    silent = silent_queues(load_drainers(), at=now())
    return f"no worker empties {', '.join(silent)}" if silent else "ok"


def silent_queues(wired: list[Drainer], *, at: datetime) -> list[str]:
    """Names of drainers of which no thread in any process was heard for half a minute. One SQL query."""
    heard = set(DrainerHealth.objects.filter(beat_at__gte=at - _SILENT).values_list("drainer", flat=True))
    return [d.name for d in wired if not heard & {d.name, *(f"{d.name}-{n}" for n in range(d.threads))}]


CHECKS: dict[str, Callable[[], str]] = {
    "serving": _serving, "database": _database, "migrations": _migrations, "partitions": _partitions,
    "drainers": _drainers,
}  # fmt: skip
