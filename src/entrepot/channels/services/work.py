"""Work on a channel that calls its remote: always a run that a person watches, never within a web request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils.module_loading import import_string
from procrastinate.contrib.django import app

from entrepot.channels.models import Channel
from entrepot.core.acting import acting
from entrepot.core.clock import now
from entrepot.core.errors import EntrepotError, Invalid, Refused
from entrepot.jobs.queries import run_of
from entrepot.jobs.services import advance_run, begin_run, finish_run, start_run

TASK = "channels.work_on_channel"
Options = Mapping[str, Any]
Outcome = tuple[str, dict[str, Any]]  # ok, partial or refused; the run's report

log = structlog.get_logger(__name__)


class Told:
    """Where a piece of work says how far it is. ``watch`` hears (done, total) too, for a progress bar."""

    def __init__(self, run_id: int, watch: Callable[[int, int | None], None] | None = None) -> None:
        self.run_id, self._watch = run_id, watch
        self._done = 0
        self._total: int | None = None

    def total(self, count: int) -> None:
        """How much there is to do."""
        self._total = count
        begin_run(run_id=self.run_id, at=now(), total=count)
        self._show()

    def note(self, *lines: str, steps: int | None = None, failed: int = 0) -> None:
        """Lines of the run's log; each is one step done, unless ``steps`` says how many they are.

        Raises:
            Refused: somebody cancelled the run.
        """
        passed = len(lines) if steps is None else steps
        self._done += passed
        if not advance_run(run_id=self.run_id, at=now(), done=passed, failed=failed, lines=lines):
            raise Refused("the run was cancelled")
        self._show()

    def _show(self) -> None:
        if self._watch is not None:
            self._watch(self._done, self._total)


def _anything(_: Channel, __: Options) -> None:
    return


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of work. ``may`` refuses at once what cannot end well; it calls no remote."""

    name: str
    title: str  # with {channel}
    do: Callable[[Channel, Options, Told], Outcome]
    may: Callable[[Channel, Options], None] = _anything


def known_work() -> dict[str, Work]:
    """Name → work, from ``config/channel_work.py``.

    Raises:
        ImproperlyConfigured: a line is no Work, or two share a name.
    """
    found: dict[str, Work] = {}
    for dotted in import_string(settings.ENTREPOT_CHANNEL_WORK):
        work = import_string(dotted)
        if not isinstance(work, Work) or work.name in found:
            raise ImproperlyConfigured(f"{dotted} is no Work, or its name is taken")
        found[work.name] = work
    return found


def start_work(
    *, seller_id: int, channel_id: int, work: str, options: Options | None = None, asked_by: str = "",
    is_deferred: bool = True, at: datetime,
) -> Any:  # fmt: skip
    """A ``jobs`` run of this work on a channel; a worker carries it out, or the caller where ``is_deferred`` is False.

    Works on one channel never run side by side.

    Raises:
        Channel.DoesNotExist: not this seller's.
        Invalid: no work of this name.
        Refused: the channel is not ready for it; says what is missing.
    """
    channel = Channel.objects.for_seller(seller_id).get(id=channel_id)
    known, given = known_work(), dict(options or {})
    if work not in known:
        raise Invalid(f"channel {channel.name}", "work", f"{work!r} is not one of {', '.join(sorted(known))}")
    if channel.state == "retired":
        raise Refused(f"channel {channel.name} is retired")
    known[work].may(channel, given)
    title = known[work].title.format(channel=channel.name)
    with transaction.atomic():
        run = start_run(kind=f"channel_{work}", title=title, seller_id=seller_id, asked_by=asked_by, at=at)
        if is_deferred:
            app.configure_task(TASK, lock=f"channel-{channel.id}").defer(
                run_id=run.pk, channel_id=channel.id, options=given
            )
    return run


def carry_out(
    *, run_id: int, channel_id: int, options: Options, watch: Callable[[int, int | None], None] | None = None
) -> EntrepotError | None:
    """Do what the run's kind says to its channel, and end the run with what came of it; the error that ended it.

    A run that is over (cancelled before it began) is left alone. What it does is said to be done by who asked for it.
    """
    if not begin_run(run_id=run_id, at=now()):
        return None
    run = run_of(run_id=run_id)
    assert run.seller_id is not None  # every channel has a seller
    channel = Channel.objects.for_seller(run.seller_id).get(id=channel_id)
    try:
        with acting(run.asked_by):
            outcome, report = known_work()[run.kind.removeprefix("channel_")].do(channel, options, Told(run_id, watch))
    except EntrepotError as error:
        finish_run(run_id=run_id, at=now(), error=str(error))
        return error
    except Exception as error:  # the edge of a worker: a person watches this run
        log.exception("channel_work.failed", run_id=run_id, kind=run.kind)
        finish_run(run_id=run_id, at=now(), error=f"{type(error).__name__}: {error}")
        return Refused(f"{type(error).__name__}: {error}")
    finish_run(run_id=run_id, at=now(), outcome=outcome, report=report)
    return None
