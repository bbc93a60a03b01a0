"""The demo asks for work as a person does: what it did can be looked at as runs."""

from __future__ import annotations

import pytest
from tests.goods_rows import AT

from entrepot.channels.services import add_channel
from entrepot.core.errors import EntrepotError
from entrepot.demo.work import carried_out
from entrepot.jobs.models import Run


@pytest.fixture
def channel(aydin):
    """A marketplace behind a port on which nobody listens."""
    return add_channel(
        seller_id=aydin.id, slug="trendyol", name="Trendyol", base_url="http://127.0.0.1:9/trendyol",
        account_ref="107703", secrets={"api_key": "k", "api_secret": "s"}, at=AT,
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_work_leaves_a_run_with_what_came_of_it(channel):
    found = carried_out(channel, "check")

    run = Run.objects.get()
    assert (run.kind, run.asked_by, run.state) == ("channel_check", "demo", "done")
    assert run.report == found
    assert set(found["checks"].values()) != {"ok"}


@pytest.mark.django_db(transaction=True)
def test_work_that_fails_says_why_and_its_run_does_too(channel):
    with pytest.raises(EntrepotError):
        carried_out(channel, "webhooks_on")

    assert [(run.kind, run.state) for run in Run.objects.all()] == [("channel_webhooks_on", "failed")]
