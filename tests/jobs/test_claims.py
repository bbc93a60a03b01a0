"""Claims: nobody gets a row twice, a dead worker's rows come back, and who woke up late changes nothing."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection, connections, models
from django.db.models import Q

from entrepot.jobs import notices
from entrepot.jobs.models import Claimable
from entrepot.jobs.services import Drainer, claim, close, give_back_of_the_dead, heartbeat, release
from entrepot.jobs.services.claims import worker_name
from entrepot.jobs.worker import DrainerThread, run_worker

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUEUED = Q(status="queued")


class Parcel(Claimable):
    """A queue for these tests."""

    seller_id = models.BigIntegerField()
    status = models.CharField(max_length=8, default="queued")
    subject = models.CharField(max_length=8, default="")
    facts = models.JSONField(default=dict)
    owner = models.ForeignKey("accounts.Seller", models.DO_NOTHING, null=True, db_constraint=False, related_name="+")

    class Meta:
        app_label = "tests"
        managed = False
        db_table = "tests_parcel"


@pytest.fixture(autouse=True)
def table(transactional_db):
    Parcel._meta.managed = True
    try:
        with connection.schema_editor() as editor:
            editor.create_model(Parcel)
        yield
        with connection.schema_editor() as editor:
            editor.delete_model(Parcel)
    finally:
        Parcel._meta.managed = False


@pytest.fixture
def worker_of(table):
    """Start a worker over these drainers; it is stopped at the end."""
    stop, threads = threading.Event(), []

    def start(*drainers):
        options = {"drainers": drainers, "with_jobs": False}
        threads.append(threading.Thread(target=run_worker, args=(stop,), kwargs=options))
        threads[-1].start()

    yield start
    stop.set()
    for thread in threads:
        thread.join(20)
    notices.NOTICES.stop()


def parcels(count, seller_id=1, **fields):
    fields = {"not_before": AT, **fields}
    return Parcel.objects.bulk_create(Parcel(seller_id=seller_id, **fields) for _ in range(count))


def take(at=AT, **options):
    return claim(Parcel, where=QUEUED, at=at, **options)


def test_a_claim_leases_rows_and_gives_them_whole():
    parcels(2, facts={"a": [1, "ü"]})

    rows = take(lease_s=30)

    assert [r.facts for r in rows] == [{"a": [1, "ü"]}] * 2
    assert {r.claim_no for r in rows} == {1}
    assert {r.leased_until for r in rows} == {AT + timedelta(seconds=30)}
    assert take() == []
    assert Parcel.objects.get(id=rows[0].id).claimed_by != ""


def test_only_what_is_due_and_fits_is_claimed_in_the_order_asked_for():
    late, soon, other = parcels(3)
    Parcel.objects.filter(id=late.id).update(not_before=AT + timedelta(seconds=1))
    Parcel.objects.filter(id=soon.id).update(not_before=AT - timedelta(days=1))
    done = parcels(1, status="done")[0]

    assert [r.id for r in take()] == [soon.id, other.id]
    assert [r.id for r in take(at=AT + timedelta(seconds=1))] == [late.id]
    assert Parcel.objects.get(id=done.id).claim_no == 0


@pytest.mark.parametrize("fair", [True, False])
def test_a_claim_takes_no_more_than_its_limit_in_descending_order_too(fair):
    made = parcels(5)

    rows = take(limit=3, order_by=["-id"], fair=fair)

    assert [r.id for r in rows] == [made[4].id, made[3].id, made[2].id]


def test_workers_at_once_share_the_rows_and_get_none_twice():
    parcels(400)
    got, lock = [], threading.Lock()

    def body():
        try:
            while rows := take(limit=20):
                with lock:
                    got.extend(r.id for r in rows)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=body) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(got) == 400
    assert len(set(got)) == 400


def test_a_dead_workers_rows_come_back_and_it_can_close_them_no_more():
    parcels(1)
    slow = take(lease_s=10)

    assert take(at=AT + timedelta(seconds=10)) == []
    second = take(at=AT + timedelta(seconds=10, microseconds=1))
    assert [r.claim_no for r in second] == [2]
    assert second[0].attempts == 1  # the lease that ran out

    assert close(Parcel, slow, status="done") == 0
    assert release(Parcel, slow, not_before=AT, error="late") == 0
    assert heartbeat(Parcel, slow, at=AT) == 0
    assert Parcel.objects.get().status == "queued"
    assert close(Parcel, second, status="done") == 1
    row = Parcel.objects.get()
    assert (row.status, row.leased_until, row.claimed_by, row.attempts) == ("done", None, "", 0)


def test_pairs_of_id_and_claim_do_as_well_as_rows():
    parcels(3)
    rows = take()
    pairs = [(r.id, r.claim_no) for r in rows[:2]] + [(rows[2].id, 99)]

    assert close(Parcel, pairs, status="done") == 2
    assert close(Parcel, [], status="done") == 0


def test_a_heartbeat_keeps_the_lease():
    parcels(1)
    rows = take(lease_s=10)

    assert heartbeat(Parcel, rows, at=AT + timedelta(seconds=9), lease_s=10) == 1

    assert take(at=AT + timedelta(seconds=15)) == []


def test_released_rows_wait_and_count_their_failures():
    parcels(1)

    release(Parcel, take(), not_before=AT + timedelta(minutes=1), error="remote is down")

    assert take() == []
    row = take(at=AT + timedelta(minutes=1))[0]
    assert (row.attempts, row.last_error) == (1, "remote is down")
    release(Parcel, [row], not_before=AT)
    assert Parcel.objects.get().attempts == 1  # given back without an error: no failure


def test_a_seller_with_a_huge_backlog_does_not_starve_the_others():
    parcels(1000, seller_id=1)
    parcels(5, seller_id=2)
    parcels(1, seller_id=3)

    first = take(limit=90)

    counts = {s: sum(r.seller_id == s for r in first) for s in (1, 2, 3)}
    assert counts == {1: 30, 2: 5, 3: 1}
    assert len(take(limit=90)) == 90  # alone now, so all of it


def test_with_more_sellers_than_the_limit_each_gets_a_turn():
    for seller in range(20):
        parcels(10, seller_id=seller)

    rows = take(limit=6)

    assert len(rows) == 6
    assert len({r.seller_id for r in rows}) == 6


def test_all_rows_of_a_subject_go_to_one_worker_those_that_come_later_too():
    parcels(1, subject="A")
    parcels(1, subject="B")
    parcels(1, subject="A", not_before=AT + timedelta(hours=1))  # waits for nothing of its own: its subject is due

    first = take(limit=1, fair=False, together=["subject"])
    parcels(1, subject="A")
    second = take(together=["subject"])

    assert [r.subject for r in first] == ["A", "A"] and [r.subject for r in second] == ["B"]
    assert take(together=["subject"]) == []  # the third of A waits for the first two
    close(Parcel, first, status="done")
    assert [r.subject for r in take(together=["subject"])] == ["A"]


def test_workers_at_once_never_share_a_subject():
    for number in range(20):
        parcels(2, subject=str(number), seller_id=number % 3)
    taken = []

    def work():
        try:
            while rows := take(limit=3, together=["subject"]):
                taken.append([(r.subject, r.pk) for r in rows])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({pk for rows in taken for _, pk in rows}) == sum(map(len, taken)) == 40
    by_subject = [{s for s, _ in rows} for rows in taken]
    assert sum(map(len, by_subject)) == len(set().union(*by_subject)) == 20


@pytest.mark.parametrize("together", [(), ("subject",)])
def test_a_claim_is_one_statement(django_assert_num_queries, together):
    parcels(30)

    with django_assert_num_queries(1):
        take(together=together)


def test_a_condition_on_another_table_is_refused():
    with pytest.raises(ValueError, match="cannot join"):
        claim(Parcel, where=Q(owner__code="x"), at=AT)


def holder(row):
    return Parcel.objects.values_list("claimed_by", flat=True).get(pk=row.pk)


def test_a_thread_that_failed_gives_its_claims_back_before_it_goes_on_and_keeps_those_of_others():
    mine, other = parcels(2)
    Parcel.objects.filter(pk=other.pk).update(claimed_by="vm:1:another", leased_until=AT + timedelta(days=9))
    found = []

    def work(at):
        found.append([r.pk for r in claim(Parcel, where=QUEUED, at=AT, lease_s=1e6)])
        if len(found) == 1:
            raise OperationalError("the server closed the connection unexpectedly")
        return 0

    thread = DrainerThread(Drainer("d", "orders", work, lets_go=(Parcel,)), 0, threading.Event())
    for _ in range(3):
        thread._work()

    assert found == [[mine.pk], [mine.pk], []]  # the third time it was well at work: nothing is given back
    assert (holder(mine), holder(other)) == (worker_name(), "vm:1:another")


def test_a_worker_gives_back_what_a_killed_one_of_its_host_read():
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    host, living = socket.gethostname(), os.getpid()
    rows = parcels(5)
    names = [
        f"{host}:{ended.pid}:drain-d-0", f"{host}:{ended.pid}:drain-e-0", f"{host}:{living}:drain-d-0",
        f"another:{ended.pid}:drain-d-0", f"{host}:{ended.pid}:drain-d-1",
    ]  # fmt: skip
    for row, name in zip(rows, names, strict=True):
        Parcel.objects.filter(pk=row.pk).update(claimed_by=name, leased_until=AT + timedelta(days=9))
    drainer = Drainer("d", "orders", lambda at: 0, threads=2, lets_go=(Parcel,))

    given = give_back_of_the_dead(Parcel, threads=drainer.thread_names)

    assert given == 2
    assert [holder(row) for row in rows] == ["", *names[1:4], ""]
    assert len(take(lease_s=60)) == 2


def test_who_comes_up_gives_back_first(worker_of):
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    (row,) = parcels(1)
    left = {"claimed_by": f"{socket.gethostname()}:{ended.pid}:drain-d-0", "leased_until": AT + timedelta(days=9)}
    Parcel.objects.filter(pk=row.pk).update(**left)
    taken = threading.Event()

    def work(at):
        if claim(Parcel, where=QUEUED, at=AT):
            taken.set()
        return 0

    worker_of(Drainer("d", "orders", work, lets_go=(Parcel,)))

    assert taken.wait(10)
