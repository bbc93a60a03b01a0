"""A move changes the row, its history and the outbox together, or nothing."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.db import connections, models, transaction

from entrepot.core.acting import acting
from entrepot.core.errors import IllegalMove
from entrepot.core.states import Machine
from entrepot.events.models import Outbox, StateChange
from entrepot.events.services import move, move_many
from entrepot.jobs.models import Run

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)

# The life of a Run, told as a machine: any table with a column ``state`` will do.
RUN = Machine(
    "run",
    start="queued",
    ends="done failed cancelled",
    moves=[
        ("begin", "queued", "running", "hub"),
        ("finish", "running", "done", "hub"),
        ("fail", "queued running", "failed", "hub"),
        ("cancel", "queued", "cancelled", "seller"),
        ("cancel", "running", "failed", "seller"),
    ],
)


def run(state="queued", seller_id=7):
    return Run.objects.create(kind="x", title="x", state=state, seller_id=seller_id, asked_at=AT)


def outbox():
    return list(Outbox.objects.order_by("id").values_list("type", "key", "seller_id", "payload"))


def test_a_move_writes_state_history_and_event(db):
    row = run()

    assert move(row, RUN, "begin", actor="hub", at=AT, note="because", by="worker 1")

    assert (row.state, Run.objects.get().state) == ("running", "running")
    change = StateChange.objects.get()
    assert (change.machine, change.subject_id, change.seller_id) == ("run", row.id, 7)
    assert (change.event, change.old, change.new, change.actor) == ("begin", "queued", "running", "hub")
    assert (change.note, change.by, change.inferred, change.at) == ("because", "worker 1", False, AT)
    assert outbox() == [("run.running", str(row.id), 7, {"old": "queued", "event": "begin", "actor": "hub"})]


def test_a_move_that_the_table_lacks_leaves_no_trace(db):
    row = run(state="done")

    with pytest.raises(IllegalMove) as refused:
        move(row, RUN, "begin", actor="hub", at=AT)

    assert refused.value.allowed == ()
    assert (Outbox.objects.count(), StateChange.objects.count()) == (0, 0)


def test_who_looked_before_another_moved_it_changes_nothing(db):
    row = run()
    Run.objects.filter(id=row.id).update(state="failed")

    assert not move(row, RUN, "begin", actor="hub", at=AT)

    assert Run.objects.get().state == "failed"
    assert (Outbox.objects.count(), StateChange.objects.count()) == (0, 0)


def test_many_are_moved_in_one_statement_each_from_its_own_state(db, django_assert_num_queries):
    queued, running, _ = run(), run("running"), run("done")

    with django_assert_num_queries(3):  # savepoint, statement, release
        moved = move_many(Run.objects.all(), RUN, "cancel", actor="seller", at=AT, note="stop")

    assert moved == [queued.id, running.id]
    assert list(Run.objects.order_by("id").values_list("state", flat=True)) == ["cancelled", "failed", "done"]
    assert [(c.subject_id, c.old, c.new, c.note, c.seller_id) for c in StateChange.objects.order_by("subject_id")] == [
        (queued.id, "queued", "cancelled", "stop", 7),
        (running.id, "running", "failed", "stop", 7),
    ]
    assert outbox() == [
        ("run.cancelled", str(queued.id), 7, {"old": "queued", "event": "cancel", "actor": "seller"}),
        ("run.failed", str(running.id), 7, {"old": "running", "event": "cancel", "actor": "seller"}),
    ]


def test_history_says_which_person_moved_one_or_many_and_claims_nobody_for_the_hubs_own_moves(db):
    one, two, three, four = run(), run(), run(), run()

    with acting("ayse"):
        move(one, RUN, "cancel", actor="seller", at=AT)
        move_many(Run.objects.filter(id=two.id), RUN, "cancel", actor="seller", at=AT)
        move(three, RUN, "begin", actor="hub", at=AT)
        move(three, RUN, "cancel", actor="seller", at=AT, by="veli")
    move(four, RUN, "cancel", actor="seller", at=AT)

    told = StateChange.objects.order_by("id").values_list("subject_id", "actor", "by")
    assert list(told) == [
        (one.id, "seller", "ayse"), (two.id, "seller", "ayse"), (three.id, "hub", ""), (three.id, "seller", "veli"),
        (four.id, "seller", ""),
    ]  # fmt: skip


def test_many_of_none_is_none(db):
    assert move_many(Run.objects.none(), RUN, "begin", actor="hub", at=AT) == []
    assert move_many(Run.objects.filter(id=-1), RUN, "begin", actor="hub", at=AT) == []


def test_an_event_that_nobody_of_that_kind_may_cause_is_refused(db):
    with pytest.raises(IllegalMove):
        move_many(Run.objects.all(), RUN, "begin", actor="seller", at=AT)


def test_a_limited_set_moves_no_more_than_it_names(db):
    first, _ = run(), run()

    assert move_many(Run.objects.order_by("id")[:1], RUN, "begin", actor="hub", at=AT) == [first.id]


@pytest.mark.django_db(transaction=True)
def test_two_bulk_moves_at_once_move_each_row_once():
    for _ in range(300):
        run()
    moved = []

    def body():
        try:
            moved.append(move_many(Run.objects.all(), RUN, "begin", actor="hub", at=AT))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=body) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(len(m) for m in moved) == [0, 0, 0, 300]
    assert (Outbox.objects.count(), StateChange.objects.count()) == (300, 300)


@pytest.mark.django_db(transaction=True)
def test_a_bulk_move_that_waited_for_a_lock_sees_what_the_other_did():
    row = run()
    moved = []
    started = threading.Event()

    def body():
        started.set()
        try:
            moved.append(move_many(Run.objects.all(), RUN, "cancel", actor="seller", at=AT))
        finally:
            connections.close_all()

    with transaction.atomic():
        assert move(row, RUN, "begin", actor="hub", at=AT)
        thread = threading.Thread(target=body)
        thread.start()
        started.wait(5)
        thread.join(0.3)  # it waits for our lock
        assert thread.is_alive()
    thread.join(10)

    # From running the seller's cancel leads to failed; from queued, which it read first, it would be cancelled.
    assert moved == [[row.id]]
    assert Run.objects.get().state == "failed"
    assert StateChange.objects.order_by("-id").first().old == "running"


def test_rows_without_a_seller_belong_to_the_operator(db):
    user = get_user_model()
    assert "seller_id" in {f.attname for f in user._meta.concrete_fields}
    row = run(seller_id=None)

    assert move(row, RUN, "begin", actor="hub", at=AT)

    assert outbox()[0][2] is None
    assert isinstance(row, models.Model)
