"""One call about many records: sent in one request where the remote has such a call, each with its own outcome."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from entrepot.core.errors import (
    EntrepotError,
    MappingError,
    OutcomeUnknown,
    RemoteError,
    RemoteRefused,
    RemoteUnauthorised,
)

from .batch import halves
from .read import Sender
from .requests import Account, Reply
from .spec import Call, Spec

_UNREADABLE = (RemoteError, MappingError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def send_many(spec: Spec, capability: str, account: Account, subjects: Sequence[Any], send: Sender) -> list[Any]:
    """What became of each subject, in their order: the record, or the error; nothing is raised.

    At most ``many.most`` are given. A request that is refused as a whole did nothing: it is halved until the guilty
    stand alone, and one alone goes the single way. An answer that cannot be read is no refusal: the outcome of all
    that were in the request is unknown.
    """
    call = spec.can[capability]
    assert isinstance(call, Call)
    if call.many is None or len(subjects) == 1:
        return [_alone(call, account, subject, send) for subject in subjects]
    try:
        reply = send(call.many.build(account, subjects))
    except RemoteUnauthorised as error:
        return [error] * len(subjects)
    except (RemoteRefused, MappingError):
        return [x for half in halves(subjects) for x in send_many(spec, capability, account, half, send)]
    except EntrepotError as error:
        return [error] * len(subjects)
    return _read(call, account, subjects, reply)


def _alone(call: Call, account: Account, subject: Any, send: Sender) -> Any:
    try:
        reply = send(call.build(account, subject))
    except EntrepotError as error:
        return error
    try:
        return call.read(account, subject, reply)
    except _UNREADABLE as error:
        return OutcomeUnknown(f"the answer could not be read: {error}")


def _read(call: Call, account: Account, subjects: Sequence[Any], reply: Reply) -> list[Any]:
    assert call.many
    try:
        found = list(call.many.read(account, subjects, reply))
    except _UNREADABLE as error:
        return [OutcomeUnknown(f"the answer could not be read: {error}")] * len(subjects)
    if len(found) != len(subjects):
        return [OutcomeUnknown(f"{len(found)} answers came for {len(subjects)} records")] * len(subjects)
    return found
