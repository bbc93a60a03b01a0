"""Ask what became of batches, before the remote forgets."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError
from django.db.models import Q

from entrepot.channels import queries as channel_queries
from entrepot.channels import services as channels
from entrepot.core.clock import now
from entrepot.core.errors import Refused, RemoteBusy, RemoteError, RemoteUnauthorised
from entrepot.jobs.services import claim, close
from entrepot.kit.batch import poll
from entrepot.kit.client import Client

from ..models import PushBatch
from . import content, offers

log = structlog.get_logger(__name__)

_LEASE_S = 60
_OPEN = Q(state__in=["planned", "submitted", "polling", "unknown"])
_PATIENCE_S = 50.0  # after which a batch that is never done counts as forgotten; setting hub.batch_patience_s


def poll_batches(*, limit: int, at: datetime) -> int:
    """Ask for up to ``limit`` open batches that are due, sellers in fair shares; the number asked for."""
    batches = claim(PushBatch, where=_OPEN, at=at, limit=limit, lease_s=_LEASE_S)
    for batch in batches:
        _one(batch)
    return len(batches)


def _one(batch: PushBatch) -> None:
    """Ask for one batch; whatever happens, it is settled, or due again later with the reason."""
    if batch.channel.state == "retired":
        _abandon(batch)
        return
    if batch.channel.state != "live":
        _later(batch, 5, "the channel is not live")
        return
    try:
        client = channels.client_for(batch.channel, channel_queries.storefront(storefront_id=batch.storefront_id))
        _ask(batch, client)
    except Refused as late:
        log.info("batch.fenced", batch=batch.id, why=str(late))  # another worker settled it meanwhile
    except RemoteUnauthorised as lost:
        channels.access_lost(channel_id=batch.channel_id, why=str(lost), at=now())
        _later(batch, 30, str(lost))
    except RemoteBusy as busy:
        _later(batch, busy.retry_after_s, str(busy))
    except RemoteError as error:
        _later(batch, 10, str(error))
    except DatabaseError as error:
        _later(batch, 1, str(error))  # a deadlock, or a server that went away: the rest of the claimed ones go on
    except Exception as problem:
        log.exception("batch.failed", batch=batch.id)
        _later(batch, 60, f"{type(problem).__name__}: {problem}")


def _abandon(batch: PushBatch) -> None:
    """Nobody will be asked any more what became of it."""
    with suppress(Refused):
        way = offers if batch.capability == offers.CAPABILITY else content
        way.give_up(batch, f"{batch.channel.name} was retired", 60)


def _ask(batch: PushBatch, client: Client) -> None:
    if batch.state in ("planned", "unknown") or _is_forgotten(batch):
        _look(batch, client)  # its sender died, or no answer came: never resend, look
        return
    reply = poll(client.spec, client.account, batch.batch_ref, client.send)
    if not reply.is_known:
        _look(batch, client)
    elif not reply.is_done:
        _later(batch, min(3.0, 0.3 * 1.5 ** min(batch.polls + 1, 10)), "")
    else:
        (offers if batch.capability == offers.CAPABILITY else content).settle(batch=batch, verdicts=reply.verdicts)


def _is_forgotten(batch: PushBatch) -> bool:
    patience = timedelta(seconds=float(batch.channel.settings.get("hub.batch_patience_s", _PATIENCE_S)))
    is_late = batch.sent_at is not None and now() - batch.sent_at > patience
    return is_late or (batch.expires_at is not None and now() >= batch.expires_at)


def _look(batch: PushBatch, client: Client) -> None:
    """Look at what the remote holds. Content that is there entered review; what is not goes out again."""
    left_s = (offers if batch.capability == offers.CAPABILITY else content).read_back(batch=batch, client=client)
    if left_s > 0:
        _later(batch, max(0.2, left_s), "no answer came, and the remote does not show it yet")


def _later(batch: PushBatch, wait_s: float, error: str) -> None:
    state = "polling" if batch.state == "submitted" else batch.state
    updates = {"state": state, "polls": batch.polls + 1, "last_error": error[:2000]}
    close(PushBatch, [batch], not_before=now() + timedelta(seconds=wait_s), **updates)
