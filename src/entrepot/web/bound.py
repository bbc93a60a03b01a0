"""Whose rows PostgreSQL shows to what a request asks: its sellers', said at the beginning of each transaction.

The setting lasts as long as a transaction does, so it cannot be left behind on a connection that another request gets.
A statement outside any transaction gets one of its own: in autocommit nobody would have said whose rows are meant, and
the role that the web server takes sees none then. Policies: docs/rules/row-security.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from psycopg.pq import TransactionStatus

EVERY_SELLER = "*"
_SELLERS: ContextVar[str | None] = ContextVar("bound_to", default=None)  # as the policy reads it; None: not bound
_SAY = "SELECT set_config('role', %s, true), set_config('entrepot.sellers', %s, true)"


@contextmanager
def bound_to(seller_ids: frozenset[int] | None) -> Iterator[None]:
    """All that this thread asks of the database in the block is asked for these sellers; None: for every one.

    Without row-level security (``entrepot db status``) it changes nothing.
    """
    if not settings.ENTREPOT_WEB_ROLE:
        yield
        return
    sellers = EVERY_SELLER if seller_ids is None else ",".join(str(i) for i in sorted(seller_ids))
    token = _SELLERS.set(sellers)
    is_first = _each not in connection.execute_wrappers
    if is_first:
        connection.execute_wrappers.append(_each)
    try:
        _say_again()
        yield
    finally:
        _SELLERS.reset(token)
        if is_first:
            connection.execute_wrappers.remove(_each)
        _say_again()


def for_every_seller(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorator of a view that finds out by itself whose rows are meant, or is about all of them."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with bound_to(None):
            return view(request, *args, **kwargs)

    return wrapped


def _each(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Django's wrapper around each statement."""
    database = context["connection"]
    if database.get_autocommit():
        with transaction.atomic(using=database.alias):
            _say()
            return execute(sql, params, many, context)
    if database.connection.info.transaction_status == TransactionStatus.IDLE:  # the first of its transaction
        _say()
    return execute(sql, params, many, context)


def _say_again() -> None:
    """In a transaction that began before the block, or goes on after it: what holds from here on."""
    raw = connection.connection
    if raw is not None and not raw.closed and raw.info.transaction_status == TransactionStatus.INTRANS:
        _say()


def _say() -> None:
    """On the connection itself: this is nobody's statement."""
    sellers = _SELLERS.get()
    role = settings.ENTREPOT_DATABASE_ROLE or "none" if sellers is None else settings.ENTREPOT_WEB_ROLE
    connection.connection.execute(_SAY, [role, sellers or ""])
