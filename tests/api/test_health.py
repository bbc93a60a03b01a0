"""Health checks say what is wrong; figures are for the operator."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from entrepot.api.health import silent_queues
from entrepot.core.clock import now
from entrepot.events.services import ensure_partitions
from entrepot.jobs.models import DrainerHealth
from entrepot.jobs.services.lanes import Drainer, load_drainers


def beat(name, at):
    DrainerHealth.objects.create(drainer=name, worker="host:1", lane="orders", beat_at=at)


@pytest.fixture
def alive(db):
    """Partitions ahead, and a pulse of every drainer."""
    ensure_partitions()
    for drainer in load_drainers():
        beat(drainer.name if drainer.threads == 1 else f"{drainer.name}-0", now())


def test_a_process_is_healthy_without_a_database(client):
    assert client.get("/healthz").json() == {"status": "ok"}


def test_the_hub_is_ready_when_everything_is(client, alive):
    answer = client.get("/readyz")

    assert answer.json() == {
        "status": "ok",
        "checks": {"serving": "ok", "database": "ok", "migrations": "ok", "partitions": "ok", "drainers": "ok"},
    }
    assert answer.status_code == 200


def test_a_web_server_that_is_ending_is_healthy_and_not_ready(client, alive, settings, tmp_path):
    settings.ENTREPOT_DRAINING_MARK = tmp_path / "web-1.draining"
    assert client.get("/readyz").status_code == 200

    settings.ENTREPOT_DRAINING_MARK.touch()

    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["serving"]) == (503, "this web server is ending")
    assert client.get("/healthz").status_code == 200


def test_it_is_not_ready_when_a_queue_has_no_worker(client, alive):
    DrainerHealth.objects.filter(drainer="content").update(beat_at=now() - timedelta(minutes=1))

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["drainers"] == "no worker empties content"


def test_it_is_not_ready_when_the_days_ahead_have_no_partitions(client, alive):
    day = (now() + timedelta(days=2)).strftime("%Y%m%d")
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE events_event_p{day}")

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert "1 days ahead" in answer.json()["checks"]["partitions"]


def test_it_is_not_ready_before_every_migration_is_applied(client, alive):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'web'")

    assert "not applied" in client.get("/readyz").json()["checks"]["migrations"]


def test_one_living_thread_of_a_drainer_is_enough(db):
    wired = [Drainer("feeds", "bulk", int, threads=4), Drainer("stock", "offers", int)]
    beat("feeds-3", now())

    assert silent_queues(wired, at=now()) == ["stock"]
    assert silent_queues(wired, at=now() + timedelta(minutes=1)) == ["feeds", "stock"]


def test_figures_name_a_drainer_that_fails_again_and_again(client, db):
    beat("content", now())
    DrainerHealth.objects.filter(drainer="content").update(failures=3)

    told = client.get("/metrics").content.decode().splitlines()

    assert 'entrepot_drainers_failing{drainer="content"} 1.0' in told


def test_figures_say_how_much_waits(client, world):
    lines = client.get("/metrics").content.decode().splitlines()
    figures = {x.rsplit(" ", 1)[0]: float(x.rsplit(" ", 1)[1]) for x in lines if not x.startswith("#")}

    assert figures['entrepot_set_aside_open{kind="package"}'] == 1
    assert figures['entrepot_levels_due{lane="stock"}'] == 0
    assert figures['entrepot_intents_open{state="unknown"}'] == 0
    assert figures['entrepot_feeds_late{feed="orders"}'] == 0  # its channel is not live
    assert not [name for name in figures if name.startswith("entrepot_levels_drifted")]  # no pass has ended
    assert figures["entrepot_outbox_events"] >= 2  # two channels were added
    assert figures["entrepot_oldest_transaction_seconds"] >= 0


def test_figures_are_not_for_everybody(client, keys):
    def status(**more):
        return client.get("/metrics", **more).status_code

    assert status() == 200  # from this machine
    assert status(REMOTE_ADDR="203.0.113.9") == 403
    assert status(headers={"X-Forwarded-For": "203.0.113.9"}) == 403
    assert status(headers={"Authorization": f"Bearer {keys.aydin}"}) == 403
    assert status(headers={"Authorization": f"Bearer {keys.operator}"}, REMOTE_ADDR="203.0.113.9") == 200
