"""Batches that are filled, refused, halved and asked after."""

from __future__ import annotations

import math
from dataclasses import replace

import bazaria
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.core.errors import OutcomeUnknown, RemoteBusy, RemoteRefused, RemoteUnauthorised
from entrepot.kit.batch import bisect, fill, halves, poll, submit
from entrepot.kit.records import BatchReply, Offer, Verdict
from entrepot.kit.requests import Account, Reply

ACCOUNT = Account("https://api.bazaria.example")


def offers(count):
    return [Offer(listing_ref=f"L-{n}", storefront="DE", quantity=n) for n in range(count)]


class Remote:
    """Refuses any batch that holds a guilty item."""

    def __init__(self, guilty, error=lambda: RemoteRefused("not yours", status=400)):
        self.guilty, self.error, self.sent = set(guilty), error, 0

    def __call__(self, request):
        self.sent += 1
        if self.guilty & {item["barcode"] for item in request.body["items"]}:
            raise self.error()
        return Reply(200, {"batchId": self.sent})


@given(st.integers(0, 60), st.integers(1, 25))
def test_filling_keeps_every_item_in_order(count, chunk):
    parts = list(fill(range(count), chunk))

    assert [i for part in parts for i in part] == list(range(count))
    assert all(0 < len(part) <= chunk for part in parts)


@given(st.integers(1, 64), st.sets(st.integers(0, 63), max_size=5))
def test_a_refused_batch_is_halved_until_the_guilty_stand_alone(count, guilty):
    items = offers(count)
    names = {f"L-{n}" for n in guilty if n < count}
    remote = Remote(names)

    parts = list(bisect(bazaria.SPEC, "push_offers", ACCOUNT, items, remote))

    refused = {v.listing_ref for _, reply in parts if isinstance(reply, BatchReply) for v in reply.verdicts}
    accepted = {
        i.listing_ref for part, reply in parts if isinstance(reply, BatchReply) and reply.batch_ref for i in part
    }
    assert refused == names
    assert accepted == {i.listing_ref for i in items} - names
    assert remote.sent <= 1 + 2 * len(names) * math.ceil(math.log2(count) if count > 1 else 1)


@pytest.mark.parametrize(
    "error", [RemoteBusy("later"), OutcomeUnknown("no answer"), RemoteUnauthorised("key", status=401)]
)
def test_what_nobody_is_guilty_of_is_not_halved(error):
    remote = Remote({"L-3"}, lambda: error)

    parts = list(bisect(bazaria.SPEC, "push_offers", ACCOUNT, offers(8), remote))

    assert [(len(part), outcome) for part, outcome in parts] == [(8, error)]
    assert remote.sent == 1


def test_a_connector_may_know_the_guilty_from_the_refusal():
    def understood(account, items, refused):
        return BatchReply(verdicts=tuple(Verdict(listing_ref=i.listing_ref, is_ok=False) for i in items), is_done=True)

    push = replace(bazaria.SPEC.can["push_offers"], refused=understood)
    spec = replace(bazaria.SPEC, can={**bazaria.SPEC.can, "push_offers": push})

    assert len(submit(spec, "push_offers", ACCOUNT, offers(3), Remote({"L-1"})).verdicts) == 3


def test_halves_hold_everything():
    assert halves([1, 2, 3]) == ([1], [2, 3])


def test_a_batch_is_asked_after_by_its_reference():
    asked = []

    def send(request):
        asked.append(request.path)
        return Reply(
            200, {"done": True, "items": [{"barcode": "L-1", "reason": ""}, {"barcode": "L-2", "reason": "locked"}]}
        )

    reply = poll(bazaria.SPEC, ACCOUNT, "77", send)

    assert asked == ["/batches/77"]
    assert [(v.listing_ref, v.is_ok, v.reason) for v in reply.verdicts] == [("L-1", True, ""), ("L-2", False, "locked")]
