"""Tell a marketplace how a package moves; looked at first where the outcome of a call is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.channels import services as channels
from entrepot.core.clock import now
from entrepot.core.errors import MappingError
from entrepot.fulfilment import services as fulfilment
from entrepot.kit.find import find
from entrepot.kit.spec import Call

if TYPE_CHECKING:
    from entrepot.channels.models import Channel, Intent

_CAPABILITY = {"hand_over": "push_tracking"}


def pursue(intent: Intent, channel: Channel) -> None:
    """Make the call that this move needs, unless the marketplace shows it as done."""
    client = channels.client_for(channel)
    move = fulfilment.package_move(intent=intent)
    capability = _CAPABILITY.get(move.event, "move_package")
    call = client.spec.can.get(capability)
    if not isinstance(call, Call):
        raise MappingError(f"package {move.package_ref}", move.event, f"cannot be told to {channel.name}")
    done = find(client.spec, capability, client.account, move, client.send) if intent.state == "unknown" else None
    if done is None:
        if intent.state == "unknown" and not channels.resend_intent(intent, at=now()):
            return
        if not channels.send_intent(intent, at=now()):
            return
        call.read(client.account, move, client.send(call.build(client.account, move)))
    fulfilment.confirm_move(intent=intent, at=now())


def refuse(intent: Intent, why: str) -> None:
    """The package says so."""
    fulfilment.refuse_move(intent=intent, why=why, at=now())
