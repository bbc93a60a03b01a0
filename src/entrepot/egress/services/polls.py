"""Ask what became of batches, before the remote forgets."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import DatabaseError, transaction

from entrepot.channels import services as channels
from entrepot.channels.models import Storefront
from entrepot.core.clock import now
from entrepot.core.errors import RemoteBusy, RemoteError, RemoteUnauthorised
from entrepot.kit.batch import poll
from entrepot.kit.client import Client

from ..models import PushBatch
from . import content, offers

_LEASE_S = 60
_PATIENCE_S = 50.0  # after which a batch that is never done counts as forgotten; setting hub.batch_patience_s


def poll_batches(*, limit: int, at: datetime) -> int:
    """Ask for up to ``limit`` open batches that are due; the number that were settled."""
    return sum(_one(batch) for batch in _claim(limit, at))


def _claim(limit: int, at: datetime) -> list[PushBatch]:
    with transaction.atomic():
        rows = list(
            PushBatch.objects.system()
            .filter(state__in=["planned", "submitted", "polling", "unknown"], not_before__lte=at, channel__state="live")
            .select_related("channel", "storefront")
            .order_by("not_before", "id")
            .select_for_update(no_key=True, skip_locked=True, of=("self",))[:limit]
        )
        for row in rows:
            row.claim_no += 1
            row.polls += 1
            row.not_before = at + timedelta(seconds=_LEASE_S)
            row.save(update_fields=["claim_no", "polls", "not_before"])
    return rows


def _one(batch: PushBatch) -> bool:  # noqa: PLR0911 - each way to end is one line
    client = channels.client_for(batch.channel, Storefront.objects.system().get(id=batch.storefront_id))
    try:
        if batch.state in ("planned", "unknown") or _is_forgotten(batch):
            return _look(batch, client)  # its sender died, or no answer came: never resend, look
        reply = poll(client.spec, client.account, batch.batch_ref, client.send)
        if not reply.is_known:
            return _look(batch, client)
        if not reply.is_done:
            _later(batch, min(3.0, 0.3 * 1.5**batch.polls), "")
            return False
    except RemoteBusy as busy:
        _later(batch, busy.retry_after_s, str(busy))
        return False
    except RemoteUnauthorised as lost:
        channels.access_lost(channel_id=batch.channel_id, why=str(lost), at=now())
        _later(batch, 30, str(lost))
        return False
    except RemoteError as error:
        _later(batch, 10, str(error))
        return False
    except DatabaseError as error:
        _later(batch, 1, str(error))  # a deadlock, or a server that went away: the rest of the claimed ones go on
        return False
    (offers if batch.capability == offers.CAPABILITY else content).settle(batch=batch, verdicts=reply.verdicts)
    return True


def _is_forgotten(batch: PushBatch) -> bool:
    patience = timedelta(seconds=float(batch.channel.settings.get("hub.batch_patience_s", _PATIENCE_S)))
    is_late = batch.sent_at is not None and now() - batch.sent_at > patience
    return is_late or (batch.expires_at is not None and now() >= batch.expires_at)


def _look(batch: PushBatch, client: Client) -> bool:
    """Look at what the remote holds. Content that is there entered review; what is not goes out again."""
    if batch.capability == offers.CAPABILITY:
        offers.read_back(batch=batch, client=client)
    else:
        content.read_back(batch=batch, client=client)
    return True


def _later(batch: PushBatch, wait_s: float, error: str) -> None:
    state = "polling" if batch.state == "submitted" else batch.state
    PushBatch.objects.system().filter(id=batch.id, claim_no=batch.claim_no).update(
        state=state, not_before=now() + timedelta(seconds=wait_s), last_error=error[:2000]
    )
