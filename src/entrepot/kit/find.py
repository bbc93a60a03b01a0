"""Look for what we may have created, by our reference, before anything is sent twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from entrepot.core.errors import RemoteChanged

from .read import Sender
from .requests import Account, Request
from .spec import Call, Find, Spec

MAX_PAGES = 50


def find(spec: Spec, capability: str, account: Account, subject: Any, send: Sender) -> Any:
    """The record on the remote that bears ``subject``'s reference; None when every question answered and none has it.

    Raises:
        RemoteError: a question went unanswered, or has more pages than MAX_PAGES; nothing may be concluded.
    """
    call = spec.can[capability]
    assert isinstance(call, Call)
    for question in call.find:
        asked = question.first(account, subject)
        for record in _answers(spec, capability, account, question, asked, [subject], send).values():
            return record
    return None


def find_many(spec: Spec, capability: str, account: Account, subjects: Sequence[Any], send: Sender) -> list[Any]:
    """Of each subject what :func:`find` finds, in their order; each question is asked once for all, where it can be.

    Raises:
        RemoteError: as :func:`find`; nothing may be concluded of any.
    """
    call = spec.can[capability]
    assert isinstance(call, Call)
    found: dict[int, Any] = {}
    for question in call.find:
        left = [n for n in range(len(subjects)) if n not in found]
        sets = [left] if question.first_of else [[n] for n in left]
        for numbers in filter(None, sets):
            some = [subjects[n] for n in numbers]
            asked = question.first_of(account, some) if question.first_of else question.first(account, some[0])
            for n, record in _answers(spec, capability, account, question, asked, some, send).items():
                found[numbers[n]] = record
    return [found.get(n) for n in range(len(subjects))]


def _answers(
    spec: Spec, capability: str, account: Account, question: Find, asked: Request | None, subjects: Sequence[Any],
    send: Sender,
) -> dict[int, Any]:  # fmt: skip
    """Records by the place of their subject. Stops as soon as every subject has one."""
    found: dict[int, Any] = {}
    for _ in range(MAX_PAGES):
        if asked is None:
            return found
        path = asked.path
        raws, asked = question.page(account, asked, send(asked))
        for raw in raws:
            for n in (n for n in range(len(subjects)) if n not in found):
                if (record := question.match(account, subjects[n], raw)) is not None:
                    found[n] = record
                    break
            if len(found) == len(subjects):
                return found
    if asked is not None:
        raise RemoteChanged(f"{spec.slug} {capability}: still not found after {MAX_PAGES} pages of {path}")
    return found
