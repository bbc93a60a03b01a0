"""Intent before effect: what we set out to do on a remote is a row before it is a call."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q

from entrepot.channels.models import Channel, Intent
from entrepot.core.ids import reference
from entrepot.jobs.services import claim, wake

_OPEN = Q(state__in=["planned", "sent", "unknown"])
_ALONE = {"alone": True}  # in a result: what once stayed without an answer is not sent together with others again


def plan_intent(
    *, seller_id: int, channel_id: int, kind: str, subject_id: int, step: str = "",
    payload: Mapping[str, Any] | None = None, at: datetime,
) -> Intent:  # fmt: skip
    """The intent of this kind, subject and step; planned now, or as it already is."""
    return plan_intents(
        seller_id=seller_id,
        channel_id=channel_id,
        kind=kind,
        subjects=[(subject_id, dict(payload or {}))],
        step=step,
        at=at,
    )[0]


def plan_intents(
    *,
    seller_id: int,
    channel_id: int,
    kind: str,
    subjects: Iterable[tuple[int, dict[str, Any]]],
    step: str = "",
    steps: Mapping[int, str] | None = None,
    at: datetime,
) -> list[Intent]:
    """Plan one intent a subject; those that exist stay as they are. ``steps``: by subject, where they differ."""
    wanted = [(subject, payload, steps[subject] if steps else step) for subject, payload in subjects]
    Intent.objects.system().bulk_create(
        [
            Intent(
                seller_id=seller_id, channel_id=channel_id, kind=kind, subject_id=subject, step=step, payload=payload,
                our_ref=reference("-".join(filter(None, [kind, step])), subject), not_before=at,
            )
            for subject, payload, step in wanted
        ],
        batch_size=1000,
        ignore_conflicts=True,
    )  # fmt: skip
    wake("orders")
    found = Intent.objects.for_seller(seller_id).filter(
        channel_id=channel_id, kind=kind, step__in={s for _, _, s in wanted}, subject_id__in=[s for s, _, _ in wanted]
    )
    asked = {(subject, step) for subject, _, step in wanted}
    return [i for i in found.order_by("id") if (i.subject_id, i.step) in asked]


def _step(intent: Intent, sources: list[str], **changes: Any) -> bool:
    """Compare-and-set on state and claim: a worker that woke up late changes nothing."""
    done = Intent.objects.system().filter(id=intent.id, state__in=sources, claim_no=intent.claim_no).update(**changes)
    if done:
        for name, value in changes.items():
            setattr(intent, name, value)
    return bool(done)


# A set of steps by compare-and-set on state and claim, as ``_step`` makes one.
_SEND = """
UPDATE channels_intent i SET state = 'sent', sent_at = %s, leased_until = %s, payload = sent.payload
  FROM unnest(%s::bigint[], %s::bigint[], %s::jsonb[]) AS sent(id, claim_no, payload)
 WHERE i.id = sent.id AND i.claim_no = sent.claim_no AND i.state = 'planned'
RETURNING i.id"""

_CONFIRM = """
UPDATE channels_intent i
   SET state = 'confirmed', their_ref = made.their_ref, result = made.result, settled_at = %s, leased_until = NULL,
       last_error = ''
  FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::jsonb[]) AS made(id, claim_no, their_ref, result)
 WHERE i.id = made.id AND i.claim_no = made.claim_no AND i.state IN ('planned', 'sent', 'unknown')
RETURNING i.id"""


def claim_turn(*, busy: Collection[int], limit: int, lease_s: float, at: datetime) -> list[Intent]:
    """Claim open intents that are due of one live channel, each with its channel; sellers take turns by lot.

    None of the channels ``busy``. One in ``sent`` whose lease ran out belongs to a worker that died: its outcome is
    unknown.
    """
    live = Channel.objects.system().filter(state="live")
    where = _OPEN & Q(channel_id__in=live.values("id"))
    rows = claim(Intent, where=where & ~Q(channel_id__in=list(busy)), at=at, limit=1, lease_s=lease_s)
    if not rows:
        return []
    same = _OPEN & Q(seller_id=rows[0].seller_id, channel_id=rows[0].channel_id)
    if limit > 1:
        rows += claim(Intent, where=same, at=at, limit=limit - 1, lease_s=lease_s, fair=False)
    _doubt([r for r in rows if r.state == "sent"])
    channel = live.filter(id=rows[0].channel_id).first()
    if channel is None:  # locked out this moment: the lease brings them back
        return []
    for row in rows:
        row.channel = channel
    return rows


def _doubt(intents: Sequence[Intent]) -> None:
    """Their worker died after it had said that the calls would be made: the outcome is unknown."""
    if intents:
        Intent.objects.system().filter(id__in=[i.id for i in intents], state="sent").update(state="unknown")
        for intent in intents:
            intent.state = "unknown"


def send_intents(intents: Sequence[Intent], *, at: datetime) -> set[int]:
    """Say of many that their calls are about to be made, and keep their payloads; ids of those that are ours."""
    with connection.cursor() as cursor:
        ids, claims = [i.id for i in intents], [i.claim_no for i in intents]
        cursor.execute(_SEND, [at, _lease(at), ids, claims, [json.dumps(i.payload) for i in intents]])
        done = {row[0] for row in cursor.fetchall()}
    for intent in intents:
        if intent.id in done:
            intent.state, intent.sent_at = "sent", at
    return done


def confirm_intents(made: Sequence[tuple[Intent, str, Mapping[str, Any]]], *, at: datetime) -> set[int]:
    """The remote has what these (intent, their ref, result) asked for; ids of those that are ours."""
    with connection.cursor() as cursor:
        ids, claims = [i.id for i, _, _ in made], [i.claim_no for i, _, _ in made]
        refs, results = [ref for _, ref, _ in made], [json.dumps(dict(result)) for _, _, result in made]
        cursor.execute(_CONFIRM, [at, ids, claims, refs, results])
        done = {row[0] for row in cursor.fetchall()}
    for intent, their_ref, _ in made:
        if intent.id in done:
            intent.state, intent.their_ref = "confirmed", their_ref
    return done


def send_intent(intent: Intent, *, at: datetime) -> bool:
    """Say that the call is about to be made. False: somebody else has it.

    The lease begins anew, and outlives the call: nobody takes it for dead while its answer may still come.
    """
    return _step(intent, ["planned"], state="sent", sent_at=at, leased_until=_lease(at))


def _lease(at: datetime) -> datetime:
    """A call begins within one time-out of its mark (``call_by``), and lasts two at most."""
    return at + timedelta(seconds=4 * settings.ENTREPOT_REMOTE_TIMEOUT_S)


def call_by(intent: Intent) -> datetime:
    """When the call of a sent intent has to have begun; later, another worker could think it lost."""
    assert intent.sent_at is not None
    return intent.sent_at + timedelta(seconds=settings.ENTREPOT_REMOTE_TIMEOUT_S)


def lose_intent(intent: Intent, *, why: str, at: datetime) -> bool:
    """No answer came: ask before anything is sent again, soon."""
    return _step(
        intent, ["sent", "planned", "unknown"], state="unknown", last_error=why[:2000], leased_until=None,
        attempts=intent.attempts + 1, not_before=at + timedelta(seconds=min(60, 2 ** min(intent.attempts, 6))),
    )  # fmt: skip


def resend_intent(intent: Intent, *, patience_s: float = 0.0, at: datetime) -> bool:
    """We asked and the remote does not have it: it may be sent again. False: not yet, or somebody else has it.

    A remote may finish what it took after we gave up waiting. With ``patience_s`` it is asked once more at least, and
    until so many seconds have passed since the call, before "it is not there" is believed.
    """
    if not patience_s or intent.sent_at is None:
        return _step(
            intent, ["unknown"], state="planned", leased_until=None, not_before=at, result={**intent.result, **_ALONE}
        )
    looks = int(intent.result.get("looks", 0)) + 1
    left_s = patience_s - (at - intent.sent_at).total_seconds()
    if looks > 1 and left_s <= 0:
        return _step(
            intent, ["unknown"], state="planned", leased_until=None, not_before=at,
            result={k: v for k, v in intent.result.items() if k != "looks"} | _ALONE,
        )  # fmt: skip
    why = "the remote does not show it yet; it is asked again before anything is sent again"
    _step(
        intent, ["unknown"], result={**intent.result, "looks": looks}, leased_until=None, last_error=why,
        not_before=at + timedelta(seconds=min(30.0, max(1.0, left_s))),
    )  # fmt: skip
    return False


def resend_by_hand(intent: Intent, *, at: datetime) -> bool:
    """A person has looked, and the remote does not have it: it may be sent again. False: a worker has it just now."""
    if intent.leased_until is not None and intent.leased_until > at:
        return False
    return _step(
        intent, ["unknown"], state="planned", leased_until=None, not_before=at, attempts=0,
        result={k: v for k, v in intent.result.items() if k != "looks"},
    )  # fmt: skip


def revive_intent(intent: Intent, *, payload: Mapping[str, Any] | None = None, at: datetime) -> bool:
    """Its cause was mended: what the remote refused, or we dropped, is asked for and then tried again."""
    changes: dict[str, Any] = {} if payload is None else {"payload": dict(payload)}
    return _step(
        intent, ["refused", "dropped"], state="unknown", settled_at=None, attempts=0, not_before=at, leased_until=None,
        **changes,
    )  # fmt: skip


def confirm_by_hand(intent: Intent, *, result: Mapping[str, Any], at: datetime) -> None:
    """A person did, or found done, what the remote had refused to us, or what was not sent yet."""
    rows = Intent.objects.system().filter(id=intent.id, state__in=["refused", "planned"])
    rows.update(state="confirmed", result=dict(result), settled_at=at, leased_until=None)


def retry_intent(intent: Intent, *, at: datetime) -> None:
    """Try a refused one again as it is; only for what does no harm when it is done twice."""
    rows = Intent.objects.system().filter(id=intent.id, state="refused")
    rows.update(state="planned", not_before=at, attempts=0, settled_at=None)


def confirm_intent(intent: Intent, *, their_ref: str, result: Mapping[str, Any], at: datetime) -> bool:
    """The remote has it."""
    return _step(
        intent, ["planned", "sent", "unknown"], state="confirmed", their_ref=their_ref, result=dict(result),
        settled_at=at, leased_until=None, last_error="",
    )  # fmt: skip


def refuse_intent(intent: Intent, *, why: str, at: datetime) -> bool:
    """The remote said no, in its own words."""
    return _step(
        intent, ["planned", "sent", "unknown"], state="refused", last_error=why[:2000], settled_at=at, leased_until=None
    )


def amend_intent(intent: Intent, *, payload: Mapping[str, Any]) -> bool:
    """What the remote made of a confirmed intent was changed there by hand: keep what it is now."""
    return _step(intent, ["confirmed"], payload=dict(payload))


def drop_intent(*, seller_id: int, channel_id: int, kind: str, subject_id: int, step: str = "", at: datetime) -> bool:
    """Take back what was planned and not sent. False: it is too late, or there is none."""
    return bool(
        Intent.objects.for_seller(seller_id)
        .filter(channel_id=channel_id, kind=kind, subject_id=subject_id, step=step, state="planned")
        .update(state="dropped", settled_at=at, leased_until=None)
    )


def drop_refused(intents: Iterable[Intent], *, at: datetime) -> None:
    """Of these, what the remote refused is not asked for again: another intent stands for it."""
    rows = Intent.objects.system().filter(id__in=[i.id for i in intents], state="refused")
    rows.update(state="dropped", settled_at=at)


def soften_intent(intent: Intent, *, why: str, at: datetime) -> bool:
    """Something of ours failed in the middle: come back soon, and ask first where the call may have been made."""
    state = "planned" if intent.state == "planned" else "unknown"
    return _step(
        intent, ["planned", "sent", "unknown"], state=state, last_error=why[:2000], leased_until=None,
        attempts=intent.attempts + 1, not_before=at + timedelta(seconds=min(60, 2 ** min(intent.attempts + 1, 6))),
    )  # fmt: skip


def postpone_intent(intent: Intent, *, seconds: float, why: str, at: datetime) -> bool:
    """Nothing was sent: try again later. A sent one whose call never left goes back to planned."""
    return _step(
        intent, ["planned", "sent", "unknown"], state="unknown" if intent.state == "unknown" else "planned",
        last_error=why[:2000], leased_until=None, attempts=intent.attempts + 1,
        not_before=at + timedelta(seconds=seconds),
    )  # fmt: skip
