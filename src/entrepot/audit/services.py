"""One entry for each thing that a person does, written with the first row that it writes, in that transaction."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.contrib.sessions.models import Session
from django.db import connection, transaction

from entrepot.web.models import IdempotencyKey

_INSERT = """
INSERT INTO audit_entry (seller_id, actor, role, door, what, came_from, fields, subject_ids)
VALUES (%s, %s, %s, %s, %s, %s, %s::varchar[], %s::bigint[])"""
_WRITES = re.compile(
    r"\s*(INSERT|UPDATE|DELETE|MERGE)\b|\s*WITH\b.*\b(INSERT INTO|DELETE FROM|UPDATE [\w\" ]+ SET)\b",
    re.IGNORECASE | re.DOTALL,
)
# Books that are kept of the asking itself: to write them is not to do something.
_BOOKS = re.compile(
    rf"\s*(INSERT INTO|UPDATE|DELETE FROM) \"?({IdempotencyKey._meta.db_table}|{Session._meta.db_table})\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Deed:
    """What somebody does, as far as its door knows. ``about`` may still be told when a row is at hand."""

    actor: str
    role: str
    door: str
    what: str
    came_from: str
    seller_id: int | None = None
    fields: Sequence[str] = field(default_factory=tuple)
    subject_ids: Sequence[int] = field(default_factory=tuple)


@contextmanager
def audited(describe: Callable[[], Deed]) -> Iterator[None]:
    """Write down what is done in the block, if it writes anything: once, and only if it is committed.

    ``describe`` is asked at the first writing statement, when it is known what is done. A transaction that is rolled
    back takes its entry with it, and the next one that writes gets it. Statements outside of a transaction get one.
    """
    scribe = _Scribe(describe)
    connection.execute_wrappers.append(scribe)
    try:
        yield
    finally:
        connection.execute_wrappers.remove(scribe)


class _Scribe:
    def __init__(self, describe: Callable[[], Deed]) -> None:
        self._describe, self._is_done = describe, False

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if self._is_done or not isinstance(sql, str) or not _WRITES.match(sql) or _BOOKS.match(sql):
            return execute(sql, params, many, context)
        with transaction.atomic(savepoint=False):
            if not self._is_written():
                transaction.on_commit(self._done)
                _write(self._describe())
            return execute(sql, params, many, context)

    def _is_written(self) -> bool:
        """In this transaction: Django forgets what waits for the commit when a savepoint is rolled back."""
        return any(self._done == waiting[1] for waiting in connection.run_on_commit)

    def _done(self) -> None:
        self._is_done = True


def _write(deed: Deed) -> None:
    """On the connection itself: the block's own statements are counted, and this is none of them."""
    connection.connection.execute(_INSERT, [
        deed.seller_id, deed.actor[:160], deed.role, deed.door, _plain(deed.what)[:300], _plain(deed.came_from)[:160],
        [name[:60] for name in deed.fields], list(deed.subject_ids),
    ])  # fmt: skip


def _plain(text: str) -> str:
    return text.replace("\x00", "")
