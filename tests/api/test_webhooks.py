"""``entrepot.ingress.api.webhooks``: what webhooks missed, one seller's own, the newest first, those that last apart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot.ingress.models import HookIncident, HookWatch

from .conftest import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def gaps(world):
    own = {"seller_id": world.seller.id, "channel_id": world.market.id, "kind": "package"}
    HookWatch.objects.create(**own, judged_until=AT, ok_since=AT, brought=40, missed=3)
    over = {"opened_at": AT, "gap_from": AT - timedelta(minutes=2), "closed_at": AT + timedelta(minutes=5)}
    HookIncident.objects.create(**own, cause="switched_off", missed=2, **over)
    HookIncident.objects.create(**own, cause="silence", missed=1, opened_at=AT, gap_from=AT)
    return f"/channels/{world.market.id}"


def test_gaps_are_told_with_their_cause_and_what_they_missed(api, keys, gaps):
    mine = api(keys.aydin)

    told = {n: mine.get(f"{gaps}/webhook-incidents{q}").json()["items"] for n, q in (
        ("all", ""), ("open", "?is_open=true"), ("over", "?is_open=false"),
    )}  # fmt: skip

    assert [(i["cause"], i["missed"]) for i in told["all"]] == [("silence", 1), ("switched_off", 2)]
    assert [(i["cause"], i["closed_at"]) for i in told["open"]] == [("silence", None)]
    assert [(i["cause"], i["gap_from"]) for i in told["over"]] == [("switched_off", "2026-03-01T11:58:00Z")]
    assert api(keys.borealis).get(f"{gaps}/webhook-incidents").status_code == 404


def test_an_open_gap_is_told_as_a_silence(api, keys, gaps):
    (found,) = api(keys.aydin).get(f"{gaps}/webhook-health").json()["items"]
    assert (found["kind"], found["state"], found["brought"], found["missed"]) == ("package", "silent", 40, 3)

    HookIncident.objects.system().update(closed_at=AT)
    (found,) = api(keys.aydin).get(f"{gaps}/webhook-health").json()["items"]
    assert found["state"] == "young"
    assert api(keys.borealis).get(f"{gaps}/webhook-health").status_code == 404
