"""What a button of a channel sets going: a run, done by a worker's job, ended with what came of it."""

from __future__ import annotations

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from entrepot.channels.services.vault import seal
from entrepot.core.clock import now
from entrepot.jobs.models import Run
from entrepot.panel import tasks, work


@pytest.fixture
def deaf(ours, settings):
    """A channel whose remote does not answer: nobody listens on this port."""
    settings.ENTREPOT_REMOTE_TIMEOUT_S = 1
    secrets = {"api_key": "k", "api_secret": "s"}
    type(ours.market).objects.filter(pk=ours.market.pk).update(
        base_url="http://127.0.0.1:9", secrets=seal(secrets), account_ref="1"
    )
    ours.market.refresh_from_db()
    return ours.market


def test_a_press_leaves_one_run_and_one_job(ours):
    run = work.match(channel=ours.market, asked_by="ayse", at=now())

    job = ProcrastinateJob.objects.get(task_name="panel.work_on_channel")
    assert job.args == {"run_id": run.pk, "channel_id": ours.market.pk}
    assert (run.kind, run.state, run.seller_id) == ("channel_match", "queued", ours.seller.id)


@pytest.mark.django_db(transaction=True)  # the client refuses to call inside a transaction
def test_a_remote_that_does_not_answer_ends_the_run_with_its_reason(deaf):
    run = work.go_live(channel=deaf, asked_by="ayse", at=now())

    tasks.work_on_channel(run_id=run.pk, channel_id=deaf.pk)

    run.refresh_from_db()
    assert (run.state, run.outcome) == ("failed", "")
    assert run.lines.get(level="fault").text
    deaf.refresh_from_db()
    assert deaf.state == "live"


@pytest.mark.django_db(transaction=True)
def test_a_run_that_was_stopped_before_it_began_does_nothing(deaf):
    run = work.check(channel=deaf, asked_by="ayse", at=now())
    Run.objects.filter(pk=run.pk).update(state="cancelled")

    tasks.work_on_channel(run_id=run.pk, channel_id=deaf.pk)

    run.refresh_from_db()
    deaf.refresh_from_db()
    assert (run.state, deaf.checks) == ("cancelled", {"pull_orders": "ok", "push_offers": "no permission"})
