"""``Idempotency-Key``: a request repeated with its key is answered as it was, and not done twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from entrepot.core.actor import Actor
from entrepot.core.clock import now

from .models import IdempotencyKey
from .problems import problem

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_KEPT = timedelta(days=1)
_STUCK = timedelta(minutes=5)  # a request that took longer was killed
_KEY_MAX = 255
_NOTHING_DONE = {400, 401, 403, 404, 405, 413, 415, 422}  # the request as such was refused; 409 is a decision
V = TypeVar("V", bound=Callable[..., HttpResponse])


@dataclass(frozen=True, slots=True)
class _Asked:
    actor: str
    key: str
    method: str
    path: str
    body_hash: str


def idempotent(view: V) -> V:
    """Decorator of a view whose request has an ``actor``: honours ``Idempotency-Key`` on POST, PUT, PATCH, DELETE.

    The same key again: the same answer, with ``Idempotency-Replayed: true``. With another method, path or body: 422.
    While the first is at work: 409. Answers of 500 and above are not kept, nor those of requests that were never
    carried out (400 to 405, 413, 415, 422): the same key may try again, also with a corrected body. One that says
    ``Cache-Control: no-store`` is shown once: the same key again is refused with 409, and nothing of it is kept.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return answer_once(request, lambda: view(request, *args, **kwargs))

    return wrapped  # type: ignore[return-value]


def answer_once(request: HttpRequest, work: Callable[[], HttpResponse], *, at: datetime | None = None) -> HttpResponse:
    """Do ``work`` unless its key was answered before; see :func:`idempotent`."""
    key = request.headers.get(HEADER)
    if key is None or request.method in {"GET", "HEAD", "OPTIONS"}:
        return work()
    if not 0 < len(key) <= _KEY_MAX:
        return problem(422, detail=f"{HEADER} must have 1 to {_KEY_MAX} characters", type="/problems/idempotency-key")
    asked = _asked(request, key)
    row, is_first = _begin(asked, at or now())
    if not is_first:
        return _repeated(asked, row)
    try:
        response = work()
    except BaseException:
        IdempotencyKey.objects.filter(id=row.id).delete()
        raise
    _keep(row, response)
    return response


def forget_old_answers(*, at: datetime) -> int:
    """Delete keys older than a day; how many."""
    return IdempotencyKey.objects.filter(made_at__lt=at - _KEPT).delete()[0]


def _asked(request: HttpRequest, key: str) -> _Asked:
    actor: Actor | None = getattr(request, "auth", None) or getattr(request, "actor", None)
    name = actor.name if isinstance(actor, Actor) else "anonymous"
    digest = hashlib.sha256(request.body).hexdigest()
    return _Asked(name[:180], key, request.method or "", request.get_full_path()[:500], digest)


def _begin(asked: _Asked, at: datetime) -> tuple[IdempotencyKey, bool]:
    """The row of the key, and whether this request is the first. A first one that was killed gives way."""
    IdempotencyKey.objects.filter(
        actor=asked.actor, key=asked.key, status__isnull=True, made_at__lt=at - _STUCK
    ).delete()
    try:
        with transaction.atomic():
            row = IdempotencyKey.objects.create(
                actor=asked.actor, key=asked.key, method=asked.method, path=asked.path, body_hash=asked.body_hash,
                made_at=at,
            )  # fmt: skip
    except IntegrityError:
        return IdempotencyKey.objects.get(actor=asked.actor, key=asked.key), False
    return row, True


def _repeated(asked: _Asked, row: IdempotencyKey) -> HttpResponse:
    if (row.method, row.path, row.body_hash) != (asked.method, asked.path, asked.body_hash):
        return problem(
            422, type="/problems/idempotency-key", title="Idempotency key reused",
            detail=f"{HEADER} {asked.key!r} was used for {row.method} {row.path} with another body; choose a new key",
        )  # fmt: skip
    if row.status is None:
        answer = problem(
            409, type="/problems/idempotency-key", title="Request in progress",
            detail=f"the first request with {HEADER} {asked.key!r} is still at work; ask again",
        )  # fmt: skip
        answer["Retry-After"] = "1"
        return answer
    again = HttpResponse(bytes(row.response or b""), status=row.status, content_type=row.content_type)
    again[REPLAYED] = "true"
    return again


def _keep(row: IdempotencyKey, response: HttpResponse) -> None:
    if response.status_code >= 500 or response.status_code in _NOTHING_DONE or response.streaming:  # noqa: PLR2004
        IdempotencyKey.objects.filter(id=row.id).delete()
        return
    if "no-store" in response.get("Cache-Control", ""):
        response = problem(
            409, type="/problems/shown-once", title="Shown once",
            detail=f"this was done with {HEADER} {row.key!r}; what it answered is shown once and was not kept",
        )  # fmt: skip
    IdempotencyKey.objects.filter(id=row.id).update(
        status=response.status_code, content_type=response.get("Content-Type", "")[:100], response=response.content
    )
