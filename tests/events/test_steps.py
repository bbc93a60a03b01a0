"""Many subjects along their paths at once: as if each had been moved by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot.core.errors import IllegalMove
from entrepot.events.models import Outbox, StateChange
from entrepot.events.services import Path, move_along
from entrepot.jobs.models import Run

from .test_move import AT, RUN, outbox, run

pytestmark = pytest.mark.django_db


def test_every_step_is_kept_and_all_but_the_last_are_inferred():
    one, two = run(), run("running")
    told = AT - timedelta(hours=1)

    moved = move_along(
        [Path(one, [("begin", "hub"), ("finish", "hub")], "Done", told), Path(two, [("fail", "hub")])], RUN, at=AT
    )

    assert moved == {one.pk, two.pk}
    assert dict(Run.objects.values_list("pk", "state")) == {one.pk: "done", two.pk: "failed"}
    assert (one.state, two.state) == ("done", "failed")
    rows = StateChange.objects.order_by("id").values_list("subject_id", "old", "new", "note", "inferred", "remote_at")
    assert list(rows) == [
        (one.pk, "queued", "running", "Done", True, told),
        (one.pk, "running", "done", "Done", False, told),
        (two.pk, "running", "failed", "", False, None),
    ]
    assert outbox() == [
        ("run.running", str(one.pk), 7, {"old": "queued", "event": "begin", "actor": "hub", "inferred": True}),
        ("run.done", str(one.pk), 7, {"old": "running", "event": "finish", "actor": "hub"}),
        ("run.failed", str(two.pk), 7, {"old": "running", "event": "fail", "actor": "hub"}),
    ]


def test_what_was_moved_meanwhile_stays_and_leaves_no_trace():
    row = run()
    Run.objects.update(state="cancelled")

    assert move_along([Path(row, [("begin", "hub")])], RUN, at=AT) == set()
    assert Run.objects.get().state == "cancelled" and not Outbox.objects.exists()


def test_a_path_that_the_table_does_not_have_moves_nobody():
    good, bad = run(), run("done")

    with pytest.raises(IllegalMove, match="cannot 'begin'"):
        move_along([Path(good, [("begin", "hub")]), Path(bad, [("begin", "hub")])], RUN, at=AT)

    assert Run.objects.get(pk=good.pk).state == "queued" and not Outbox.objects.exists()


@pytest.mark.parametrize("count", [1, 30])
def test_it_takes_three_statements_however_many(django_assert_num_queries, count):
    paths = [Path(run(), [("begin", "hub"), ("finish", "hub")]) for _ in range(count)]

    with django_assert_num_queries(3 + 2):  # and a savepoint
        assert len(move_along(paths, RUN, at=AT)) == count
