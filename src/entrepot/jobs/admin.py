"""Runs as a person watches them, and the health of the drainers."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display, register
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entrepot.core.clock import now
from entrepot.web.admin import Box, Button, Fragment, Page, Section, StateChip, chip, state_chip, state_filter
from entrepot.web.admin.show import EMPTY, pretty

from . import queries, services
from .models import DrainerHealth, Run

_SHOWN_LINES = 200
_SILENT_S = 30.0
_FAILS = 3


def cancel(*, run: Run, at: Any) -> Run:
    """Ask it to stop; it does at its next advance."""
    return services.cancel_run(run_id=run.pk, seller_id=run.seller_id, at=at)


def _is_on(run: Run) -> bool:
    return run.state in ("queued", "running")


@register(Run)
class RunPage(StateChip, Page):
    list_display = ["title", "state_chip", "outcome_chip", "share", "asked_by", "asked_at", "finished_at"]
    list_filter = [state_filter(Run.STATES), "kind"]
    search_fields = ["title", "kind", "asked_by"]
    empty_words = gettext_lazy(
        "No runs yet. A run is what people start and watch: a check of a channel, a match, going live, a pull, a push."
    )
    fields = ["title", "kind", "asked_by", "asked_at", "started_at", "finished_at"]
    buttons = [
        Button(
            name="cancel",
            label=gettext_lazy("Stop"),
            call=cancel,
            subject="run",
            when=_is_on,
            tone="danger",
            confirm=gettext_lazy("What it has done stays; the rest is not done. A stopped run does not go on."),
        ),
    ]

    @display(description=gettext_lazy("outcome"), ordering="outcome")
    def outcome_chip(self, row: Run) -> SafeString:
        return state_chip(row.outcome)

    @display(description=gettext_lazy("progress"))
    def share(self, row: Run) -> SafeString | str:
        return _bar(row)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.progress_view)
        return [path("<int:object_id>/progress/", view, name="jobs_run_progress"), *super().get_urls()]

    def progress_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The progress alone: what the page asks for again and again while the run is on. Two SQL queries."""
        row = self.get_object(request, str(object_id))
        if row is None:
            raise Http404
        return render(request, "jobs/progress.html", _progress(row))

    def sections(self, request: HttpRequest, row: Run) -> list[Section]:
        found: list[Section] = [Fragment(_("Progress"), "jobs/progress.html", _progress(row))]
        return [*found, Box(_("Report"), pretty(row.report))] if row.report else found


def _bar(row: Run) -> SafeString | str:
    if not row.total:
        return str(row.done) if row.done else EMPTY
    per_cent = min(100, round(100 * row.done / row.total))
    return format_html(
        '<progress max="100" value="{0}" aria-label="{1}">{0} %</progress> {2} / {3}',
        per_cent,
        _("progress"),
        row.done,
        row.total,
    )


def _progress(row: Run) -> dict[str, Any]:
    found = queries.progress(run=row, at=now())
    logged = list(row.lines.order_by("-id")[:_SHOWN_LINES])
    return {
        "run": row, "bar": _bar(row), "chip": state_chip(row.state), "outcome": state_chip(row.outcome),
        "per_s": None if found.per_s is None else round(found.per_s, 1),
        "left_s": None if found.left_s is None else round(found.left_s), "lines": logged[::-1], "is_on": _is_on(row),
        "url": reverse("admin:jobs_run_progress", args=[row.pk]),
    }  # fmt: skip


@register(DrainerHealth)
class DrainerPage(Page):
    seller_path = ""
    operator_only = True
    list_display = [
        "drainer",
        "worker",
        "lane",
        "health",
        "row_count",
        "failures",
        "beat_at",
        "worked_at",
        "error_brief",
    ]
    list_filter = ["lane"]
    search_fields = ["drainer", "worker"]
    ordering = ["drainer", "worker"]

    @display(description=gettext_lazy("health"))
    def health(self, row: DrainerHealth) -> SafeString:
        if (now() - row.beat_at).total_seconds() > _SILENT_S:
            return chip("bad", _("silent"))
        return chip("look", _("failing")) if row.failures >= _FAILS else chip("good", _("ok"))

    @display(description=gettext_lazy("last error"))
    def error_brief(self, row: DrainerHealth) -> str:
        return row.last_error[:80] or EMPTY
