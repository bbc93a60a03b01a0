"""Whether we still get in: health of a channel as calls find it."""

from __future__ import annotations

from datetime import datetime

from entrepot.channels.models import Channel
from entrepot.channels.states import CHANNEL
from entrepot.events.services import move


def access_lost(*, channel_id: int, why: str, at: datetime) -> None:
    """Credentials no longer work: the channel waits for new ones, and says so. One that never went live stays where it
    is on its way there.
    """
    channel = Channel.objects.system().get(id=channel_id)
    Channel.objects.system().filter(id=channel_id).update(last_error=why[:2000], last_error_at=at)
    if "lose_access" in CHANNEL.allowed(channel.state, "hub"):
        move(channel, CHANNEL, "lose_access", actor="hub", at=at, note=why[:500])


def access_regained(*, channel_id: int, at: datetime) -> None:
    """A check with the present credentials passed."""
    channel = Channel.objects.system().get(id=channel_id)
    if "regain" in CHANNEL.allowed(channel.state, "hub"):
        move(channel, CHANNEL, "regain", actor="hub", at=at)


def remember_failure(*, channel_id: int, why: str, at: datetime) -> None:
    """Keep the last error for the health page."""
    Channel.objects.system().filter(id=channel_id).update(last_error=why[:2000], last_error_at=at)


def remember_success(*, channel_id: int, at: datetime) -> None:
    """The remote answered as it should."""
    Channel.objects.system().filter(id=channel_id).update(last_ok_at=at)
