"""Every alert asks for a figure that there is, keeps quiet on a hub in order, and fires when it is not."""

from __future__ import annotations

import operator
import re
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.db import connection

from entrepot.api.figures import exposition
from entrepot.api.gauges import gauge
from entrepot.api.operations import operations
from entrepot.channels.models import BreakerState, Channel
from entrepot.core.clock import now
from entrepot.documents.models import Leftover
from entrepot.events.services import ensure_partitions
from entrepot.ingress.models import Feed, HookIncident, Receipt
from entrepot.jobs.models import DrainerHealth

ROOT = Path(__file__).resolve().parents[2]
RULES = {r["alert"]: r for r in yaml.safe_load((ROOT / "deploy/alerts.yml").read_text())["groups"][0]["rules"]}
EXPRESSION = re.compile(r"^(?P<name>\w+)(?P<labels>\{[^}]*\})? (?P<is>[<>]) (?P<limit>\d+)$")
IS = {"<": operator.lt, ">": operator.gt}


def told():
    """Each figure of the exposition: name with labels → value."""
    lines = exposition(at=now())[0].decode().splitlines()
    return {x.rsplit(" ", 1)[0]: float(x.rsplit(" ", 1)[1]) for x in lines if not x.startswith("#")}


def firing(figures):
    """Names of the alerts whose expression holds for at least one figure; the only form that our rules have."""
    found = set()
    for name, rule in RULES.items():
        asked = EXPRESSION.match(rule["expr"])
        wanted = (asked["labels"] or "").strip("{}")
        for key, value in figures.items():
            if key.split("{")[0] == asked["name"] and wanted in key and IS[asked["is"]](value, float(asked["limit"])):
                found.add(name)
    return found


def test_every_rule_is_readable_and_leads_to_a_next_step():
    page = (ROOT / "docs/howto/alerts.md").read_text()

    assert len(RULES) >= 15
    for name, rule in RULES.items():
        assert EXPRESSION.match(rule["expr"]), name
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert re.fullmatch(r"\d+[mh]", rule["for"]) and rule["annotations"]["summary"]
        assert rule["annotations"]["runbook"] == f"docs/howto/alerts.md#{name.lower()}"
    assert re.findall(r"^## (\w+)$", page, re.MULTILINE) == list(RULES)


def test_every_figure_that_is_asked_for_is_told_and_nothing_fires_on_a_hub_in_order(db):
    ensure_partitions()
    types = re.findall(r"^# TYPE (\w+) gauge$", exposition(at=now())[0].decode(), re.MULTILINE)

    assert {EXPRESSION.match(r["expr"])["name"] for r in RULES.values()} <= set(types)
    assert firing(told()) == set()


@pytest.mark.parametrize("name", sorted(RULES))
def test_each_rule_fires_just_beyond_its_limit_and_not_at_it(name):
    asked = EXPRESSION.match(RULES[name]["expr"])
    key, limit = f"{asked['name']}{asked['labels'] or ''}", float(asked["limit"])
    beyond = limit + (1 if asked["is"] == ">" else -1)

    assert name in firing({key: beyond})
    assert name not in firing({key: limit})


def test_what_is_really_wrong_fires(world):
    ensure_partitions()
    at = now()
    channel = Channel.objects.system().order_by("id").first()
    old = {"seller_id": channel.seller_id, "channel": channel}
    BreakerState.objects.create(channel=channel, failures=9, open_until=(at + timedelta(minutes=1)).timestamp())
    HookIncident.objects.create(**old, kind="missing", opened_at=at, gap_from=at)
    Leftover.objects.create(file="documents/x.pdf", not_before=at - timedelta(hours=2))
    DrainerHealth.objects.create(drainer="stock", worker="w", lane="offers", beat_at=at, failures=5)
    Feed.objects.system().filter(id=Feed.objects.system().first().id).update(leased_until=at - timedelta(minutes=2))
    Receipt.objects.system().update(status="queued", received_at=at - timedelta(minutes=6))
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE events_event_p{at + timedelta(days=2):%Y%m%d}")

    assert firing(told()) >= {
        "EntrepotBreakerOpen", "EntrepotWebhooksSilent", "EntrepotFilesUndeleted", "EntrepotDrainerFails",
        "EntrepotClaimsExpired", "EntrepotReceiptsOld", "EntrepotPartitionsMissing",
    }  # fmt: skip


def test_figures_take_the_same_number_of_queries_for_one_row_and_thirty(world, django_assert_num_queries):
    from django.test.utils import CaptureQueriesContext
    from prometheus_client import CollectorRegistry

    ensure_partitions()
    with CaptureQueriesContext(connection) as before:
        operations(CollectorRegistry(), at=now())
    for n in range(30):
        Leftover.objects.create(file=f"documents/{n}.pdf", not_before=now())
    with django_assert_num_queries(len(before)):
        operations(CollectorRegistry(), at=now())


def test_a_figure_without_labels_is_one_line():
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry()
    gauge(registry, "entrepot_x", "X.", [((), 3)])

    assert generate_latest(registry).decode().splitlines()[-1] == "entrepot_x 3.0"


@pytest.mark.django_db(transaction=True)
def test_a_transaction_of_another_process_is_seen_also_by_the_webs_role():
    from entrepot.config.environment import WEB_ROLE
    from entrepot.jobs.notices import connect

    with connect() as other, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [WEB_ROLE])
        if not cursor.fetchone()[0]:
            pytest.skip("the database's user may not make roles")
        other.execute("BEGIN")
        other.execute("SELECT pg_sleep(0.2)")
        cursor.execute(f"REVOKE pg_read_all_stats FROM {WEB_ROLE}")  # as where our user may not grant it
        cursor.execute(f"SET ROLE {WEB_ROLE}")
        try:
            from prometheus_client import CollectorRegistry

            registry = CollectorRegistry()
            operations(registry, at=now())
            oldest_s = registry.get_sample_value("entrepot_oldest_transaction_seconds")
        finally:
            cursor.execute("RESET ROLE")
            cursor.execute(f"GRANT pg_read_all_stats TO {WEB_ROLE}")
        other.execute("ROLLBACK")

    assert oldest_s >= 0.2
