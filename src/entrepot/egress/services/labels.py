"""Fetch labels: asked for, then made there, then read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from entrepot.channels import services as channels
from entrepot.core.clock import now
from entrepot.core.errors import RemoteRefused
from entrepot.fulfilment import services as fulfilment
from entrepot.kit.shipping import LabelRequest
from entrepot.kit.spec import Call

if TYPE_CHECKING:
    from entrepot.channels.models import Channel, Intent

_NOT_THERE = (400, 404)


def pursue(intent: Intent, channel: Channel) -> None:
    """Read the label if it is there; else have it made, and read it a moment later."""
    client = channels.client_for(channel)
    wanted = LabelRequest(tracking_ref=intent.payload["tracking_ref"])
    get = client.spec.can["get_label"]
    assert isinstance(get, Call)
    try:
        label = get.read(client.account, wanted, client.send(get.build(client.account, wanted)))
    except RemoteRefused as refused:
        make = client.spec.can.get("make_label")
        if refused.status not in _NOT_THERE or not isinstance(make, Call) or intent.attempts > 5:  # noqa: PLR2004
            raise
        make.read(client.account, wanted, client.send(make.build(client.account, wanted)))
        channels.postpone_intent(intent, seconds=0.5, why="the label is being made", at=now())
        return
    fulfilment.keep_label(intent=intent, label=label, at=now())


def refuse(intent: Intent, why: str) -> None:
    """Without a label of the channel's a person can still have one made here."""
    with transaction.atomic():
        if channels.refuse_intent(intent, why=why, at=now()):
            text = f"no label: {why}; have one made here, or ask the carrier"
            fulfilment.note_stuck(package_id=intent.subject_id, why=text)
