"""Batches that are filled, refused, halved and asked after."""

from __future__ import annotations

from dataclasses import replace

import bazaria
from hypothesis import given
from hypothesis import strategies as st

from entrepot.core.errors import RemoteRefused
from entrepot.kit.batch import fill, halves, poll, submit
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
