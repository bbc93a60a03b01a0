"""A run says how far it is, how fast, and how long it will take."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from entrepot.core.errors import Refused
from entrepot.jobs.models import Run
from entrepot.jobs.queries import progress, run_of, runs
from entrepot.jobs.services import advance_run, begin_run, cancel_run, finish_run, start_run

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def seconds(n):
    return AT + timedelta(seconds=n)


def started(**fields):
    run = start_run(kind="impex", title="Products", at=AT, seller_id=7, total=1000, **fields)
    assert begin_run(run_id=run.id, at=AT)
    return run


def test_rate_and_time_to_go_come_from_what_is_done():
    run = started()
    advance_run(run_id=run.id, at=seconds(5), done=100)
    advance_run(run_id=run.id, at=seconds(10), done=100, failed=3, lines=["row 7: gtin has a wrong check digit"])

    found = progress(run=run_of(run_id=run.id), at=seconds(60))

    assert (found.run.done, found.run.failed, found.share) == (200, 3, 0.2)
    assert found.per_s == 20.0
    assert found.left_s == 40.0
    assert [x.text for x in found.run.lines.all()] == ["row 7: gtin has a wrong check digit"]


def test_nothing_is_guessed_before_there_is_something_to_go_by():
    run = start_run(kind="impex", title="Products", at=AT)

    found = progress(run=run, at=seconds(9))

    assert (found.share, found.per_s, found.left_s) == (None, None, None)


def test_a_finished_run_stays_as_it_ended():
    run = started()

    assert finish_run(run_id=run.id, at=seconds(9), outcome="partial", report={"failed": 3})
    assert not finish_run(run_id=run.id, at=seconds(10), outcome="ok")
    assert not advance_run(run_id=run.id, at=seconds(10), done=5)
    with pytest.raises(Refused):
        cancel_run(run_id=run.id, at=seconds(11))

    run.refresh_from_db()
    assert (run.state, run.outcome, run.finished_at, run.report, run.done) == (
        "done",
        "partial",
        seconds(9),
        {"failed": 3},
        0,
    )
    assert progress(run=run, at=seconds(99)).left_s is None


def test_a_cancelled_run_is_told_at_its_next_advance():
    run = started()

    cancel_run(run_id=run.id, seller_id=7, at=seconds(1))

    assert not advance_run(run_id=run.id, at=seconds(2), done=1)
    assert not begin_run(run_id=run.id, at=seconds(2))


def test_a_failed_run_says_why():
    run = started()

    finish_run(run_id=run.id, at=seconds(1), error="the file is no sheet")

    run = run_of(run_id=run.id, seller_id=7)
    assert (run.state, run.outcome) == ("failed", "")
    assert [(x.level, x.text) for x in run.lines.all()] == [("fault", "the file is no sheet")]


def test_another_sellers_run_does_not_exist():
    run = started()

    with pytest.raises(Run.DoesNotExist):
        run_of(run_id=run.id, seller_id=8)
    with pytest.raises(Run.DoesNotExist):
        cancel_run(run_id=run.id, seller_id=8, at=AT)
    assert runs(seller_id=8) == []
    assert runs(seller_id=7) == [run]


def test_an_outcome_is_one_of_three_words():
    with pytest.raises(ValueError, match="fine"):
        finish_run(run_id=started().id, at=AT, outcome="fine")
