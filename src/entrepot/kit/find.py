"""Look for what we may have created, by our reference, before anything is sent twice."""

from __future__ import annotations

from typing import Any

from entrepot.core.errors import RemoteChanged

from .read import Sender
from .requests import Account, Request
from .spec import Call, Spec

MAX_PAGES = 50


def find(spec: Spec, capability: str, account: Account, subject: Any, send: Sender) -> Any:
    """The record on the remote that bears ``subject``'s reference; None when every question answered and none has it.

    Raises:
        RemoteError: a question went unanswered, or has more pages than MAX_PAGES; nothing may be concluded.
    """
    call = spec.can[capability]
    assert isinstance(call, Call)
    for question in call.find:
        asked: Request | None = question.first(account, subject)
        for _ in range(MAX_PAGES):
            if asked is None:
                break
            raws, asked = question.page(account, asked, send(asked))
            for raw in raws:
                if (record := question.match(account, subject, raw)) is not None:
                    return record
        if asked is not None:
            raise RemoteChanged(f"{spec.slug} {capability}: still not found after {MAX_PAGES} pages of {asked.path}")
    return None
