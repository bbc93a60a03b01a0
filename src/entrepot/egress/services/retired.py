"""A channel was retired: what was on its way there ends, and those who wait for it are told."""

from __future__ import annotations

from entrepot.channels import queries as channels
from entrepot.events.services import Event

from .intents import refuse

_CHUNK = 500


def follow_retired(events: list[Event]) -> None:
    """Refuse what is planned, sent or unknown on these channels. An order that waited to go into a retired store has
    failed with that reason, and can be sent into another.
    """
    for channel_id in sorted({int(event.key) for event in events}):
        channel = channels.channel(channel_id=channel_id)
        why = f"{channel.name} was retired"
        while rows := channels.open_intents(channel_id=channel_id, limit=_CHUNK):
            for intent in rows:
                told = why if intent.state == "planned" else f"{why} before it was known whether it has this"
                refuse(intent, told)
