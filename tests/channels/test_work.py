"""What a person asks of a channel: a run, done by a worker's job or here, ended with what came of it."""

from __future__ import annotations

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from entrepot.channels import tasks
from entrepot.channels.models import Channel
from entrepot.channels.services import carry_out, known_work, move_channel, start_work
from entrepot.channels.services.vault import seal
from entrepot.channels.services.work import Told, Work
from entrepot.core.acting import who_acts
from entrepot.core.errors import Invalid, Refused
from entrepot.events.models import StateChange
from entrepot.jobs.models import Run

from ..goods_rows import AT, market, store


@pytest.fixture
def deaf(aydin, settings):
    """A live channel whose remote does not answer: nobody listens on this port."""
    settings.ENTREPOT_REMOTE_TIMEOUT_S = 1
    channel = market(aydin)
    Channel.objects.for_seller(aydin.id).filter(pk=channel.pk).update(
        base_url="http://127.0.0.1:9", secrets=seal({"api_key": "k", "api_secret": "s"}), account_ref="1", state="live"
    )
    channel.refresh_from_db()
    return channel


def begun(channel, work, **more):
    return start_work(
        seller_id=channel.seller_id, channel_id=channel.id, work=work, asked_by="ayse", at=AT, options=more
    )


@pytest.mark.django_db
def test_a_start_leaves_one_run_and_one_job_and_calls_nobody(deaf):
    run = begun(deaf, "pull", feeds=[])

    job = ProcrastinateJob.objects.get(task_name="channels.work_on_channel")
    assert job.args == {"run_id": run.pk, "channel_id": deaf.pk, "options": {"feeds": []}}
    assert job.lock == f"channel-{deaf.pk}"  # works on one channel never run side by side
    assert (run.kind, run.state, run.seller_id, run.asked_by) == ("channel_pull", "queued", deaf.seller_id, "ayse")


@pytest.mark.django_db
def test_what_is_done_here_leaves_no_job(deaf):
    start_work(seller_id=deaf.seller_id, channel_id=deaf.id, work="check", is_deferred=False, at=AT)

    assert not ProcrastinateJob.objects.exists()
    assert Run.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("work", "state", "why"),
    [
        ("match", "draft", "was not checked yet"), ("go_live", "checked", "goes live from matched"),
        ("pull", "matched", "pulls when it is live"), ("push", "matched", "pushes when it is live"),
        ("push", "live", "nobody approved the first push"), ("check", "retired", "is retired"),
    ],
)  # fmt: skip
def test_what_cannot_end_well_is_refused_before_a_run_is_made(deaf, work, state, why):
    Channel.objects.for_seller(deaf.seller_id).update(state=state)

    with pytest.raises(Refused, match=why):
        begun(deaf, work)

    assert not Run.objects.exists()
    with pytest.raises(Invalid, match="is not one of check, go_live"):
        begun(deaf, "dance") if state != "retired" else start_work(
            seller_id=deaf.seller_id, channel_id=deaf.id, work="dance", at=AT
        )


@pytest.mark.django_db
def test_a_store_has_no_words_and_takes_no_offers(aydin):
    shop = store(aydin)
    Channel.objects.for_seller(aydin.id).filter(pk=shop.pk).update(state="live")

    for work in ("learn", "push"):
        with pytest.raises(Refused, match="is a store"):
            begun(shop, work)


@pytest.mark.django_db
def test_another_sellers_channel_does_not_exist(deaf, borealis):
    with pytest.raises(Channel.DoesNotExist):
        start_work(seller_id=borealis.id, channel_id=deaf.id, work="check", at=AT)


@pytest.mark.django_db(transaction=True)  # the client refuses to call inside a transaction
def test_a_remote_that_does_not_answer_ends_the_run_with_its_reason(deaf):
    Channel.objects.for_seller(deaf.seller_id).update(state="matched")
    run = begun(deaf, "go_live")

    tasks.work_on_channel(run_id=run.pk, channel_id=deaf.pk, options={})

    run.refresh_from_db()
    deaf.refresh_from_db()
    assert (run.state, run.outcome, deaf.state) == ("failed", "", "matched")
    assert run.lines.get(level="fault").text


@pytest.mark.django_db
def test_a_run_that_was_cancelled_does_nothing_or_stops_at_its_next_step(deaf, monkeypatch):
    steps = []

    def work(channel, options, told: Told):
        for step in range(3):
            told.note(f"step {step}")
            steps.append(step)
            Run.objects.update(state="cancelled")
        return "ok", {}

    monkeypatch.setattr("entrepot.ingress.services.work.CHECK", Work("check", "Check {channel}", work))
    first, second = begun(deaf, "check"), begun(deaf, "check")
    Run.objects.filter(pk=first.pk).update(state="cancelled")

    assert carry_out(run_id=first.pk, channel_id=deaf.pk, options={}) is None
    assert steps == []
    assert "cancelled" in str(carry_out(run_id=second.pk, channel_id=deaf.pk, options={}))
    assert steps == [0]


@pytest.mark.django_db
def test_a_fault_of_ours_ends_the_run_too(deaf, monkeypatch):
    def work(channel, options, told):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("entrepot.ingress.services.work.CHECK", Work("check", "Check {channel}", work))
    run = begun(deaf, "check")

    error = carry_out(run_id=run.pk, channel_id=deaf.pk, options={})

    run.refresh_from_db()
    assert (run.state, run.lines.get(level="fault").text) == ("failed", "ZeroDivisionError: oops")
    assert isinstance(error, Refused)


def test_every_work_has_a_name_of_its_own_and_says_its_channel():
    assert all("{channel}" in work.title for work in known_work().values())
    assert {"check", "match", "go_live", "learn", "pull", "push"} <= set(known_work())


@pytest.mark.django_db
def test_what_a_run_moves_was_moved_by_who_asked_for_it(deaf, monkeypatch):
    def work(channel, options, told):
        move_channel(channel=channel, event="retire", actor="seller", at=AT)
        return "ok", {}

    monkeypatch.setattr("entrepot.ingress.services.work.CHECK", Work("check", "Check {channel}", work))
    run = begun(deaf, "check")

    carry_out(run_id=run.pk, channel_id=deaf.pk, options={})

    assert StateChange.objects.get(machine="channel", event="retire").by == "ayse"
    assert who_acts() == ""
