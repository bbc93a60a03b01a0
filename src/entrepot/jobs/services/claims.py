"""Rows are the queue: claim them in sets, work, close them; a worker that woke up late changes nothing."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.db.models import Q

from entrepot.jobs.models import Claimable

Row = TypeVar("Row", bound=Claimable)

_MAX = 1000

# Each seller that has work gives the same number of rows, in the order asked for; what one does not use is left for
# the next claim. Sellers are found by skipping along the index, so a backlog of millions is not read.
_FAIR = """
WITH RECURSIVE sellers(seller_id) AS (
    (SELECT {table}.seller_id FROM {table} WHERE {ready} ORDER BY {table}.seller_id LIMIT 1)
    UNION ALL
    SELECT (SELECT {table}.seller_id FROM {table} WHERE {ready} AND {table}.seller_id > sellers.seller_id
             ORDER BY {table}.seller_id LIMIT 1)
      FROM sellers WHERE sellers.seller_id IS NOT NULL
), chosen AS (
    SELECT seller_id FROM sellers WHERE seller_id IS NOT NULL ORDER BY random() LIMIT %s
), share AS (
    SELECT greatest(1, %s / greatest(1, count(*))) AS n FROM chosen
), picked AS (
    SELECT mine.pk FROM chosen CROSS JOIN LATERAL (
        SELECT {table}.{pk} AS pk FROM {table} WHERE {ready} AND {table}.seller_id = chosen.seller_id
         ORDER BY {order} LIMIT (SELECT n FROM share) FOR NO KEY UPDATE SKIP LOCKED
    ) mine
)"""

_PLAIN = """
WITH picked AS (
    SELECT {table}.{pk} AS pk FROM {table} WHERE {ready} ORDER BY {order} LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
)"""

# The oldest waiting row of a subject stands for all of them, so a subject is never split between two workers; rows that
# arrive later wait until those before them are closed.
_HEAD = "NOT EXISTS (SELECT 1 FROM {table} earlier WHERE {same} AND earlier.{pk} < {table}.{pk} AND {open})"

_WHOLE = """, heads AS (SELECT {columns} FROM {table} JOIN picked ON {table}.{pk} = picked.pk), whole AS (
    SELECT {table}.{pk} AS pk FROM {table} JOIN heads USING ({columns}) WHERE {open}
)"""

_TAKE = """
UPDATE {table} AS t
   SET claim_no = t.claim_no + 1, claimed_by = %s, leased_until = %s,
       attempts = t.attempts + (t.leased_until IS NOT NULL)::int
  FROM {taken} AS taken WHERE t.{pk} = taken.pk
RETURNING {columns}"""


def worker_name() -> str:
    """``host:pid:thread`` of whoever asks, at most 80 characters."""
    return f"{_process_name()}{threading.current_thread().name}"[:80]


def _process_name() -> str:
    return f"{socket.gethostname()[:40]}:{os.getpid()}:"


def claim(
    model: type[Row], *, where: Q, at: datetime, order_by: Sequence[str] = ("not_before", "id"), limit: int = _MAX,
    lease_s: float = 60.0, fair: bool = True, together: Sequence[str] = (),
) -> list[Row]:  # fmt: skip
    """Claim up to ``limit`` free rows that are due, in ``order_by``, for ``lease_s`` seconds; empty: nothing to do.

    Args:
        where: which rows; on columns of the row itself, no joins.
        order_by: field names, ``-`` before one for descending.
        fair: give every seller with work the same number of rows (needs ``seller_id``, and an index that starts
            with it under the same condition). A claim may then be smaller than ``limit`` while others wait.
        together: field names that name a row's subject (needs an index that starts with them): ``limit`` counts
            subjects, each is claimed with all its rows that ``where`` fits, and by one worker at a time.

    A row whose lease ran out is claimed again; that counts as an attempt. One SQL statement, own transaction or the
    caller's.
    """
    waits, waits_params = _compiled(model, where)
    due, due_params = _compiled(model, _due(at))
    names = {
        "table": _quoted(model._meta.db_table),
        "pk": _quoted(model._meta.pk.column),
        "ready": f"{waits} AND {due}",
        "order": _order(model, order_by),
        "columns": ", ".join(f"t.{_quoted(f.column)}" for f in model._meta.concrete_fields),
        "taken": "whole" if together else "picked",
    }
    params = [*waits_params, *due_params]
    whole, whole_params = "", []
    if together:
        head, whole = _by_subject(model, together, waits)
        names["ready"] += f" AND {head}"
        params, whole_params = [*params, *waits_params], waits_params
    if fair:
        picked, values = _FAIR, [*params, *params, limit, limit, *params]
    else:
        picked, values = _PLAIN, [*params, limit]
    values = [*values, *whole_params, worker_name(), at + timedelta(seconds=lease_s)]
    with connection.cursor() as cursor:
        cursor.execute(picked.format(**names) + whole + _TAKE.format(**names), values)
        rows = _instances(model, cursor.fetchall())
    return _sorted(rows, order_by)


def _by_subject(model: type[Row], together: Sequence[str], waits: str) -> tuple[str, str]:
    table, pk = _quoted(model._meta.db_table), _quoted(model._meta.pk.column)
    columns = [_column(model, name) for name in together]
    same = " AND ".join(f"earlier.{c} = {table}.{c}" for c in columns)
    head = _HEAD.format(table=table, pk=pk, same=same, open=waits.replace(f"{table}.", "earlier."))
    return head, _WHOLE.format(table=table, pk=pk, columns=", ".join(columns), open=waits)


def close(model: type[Row], rows: Iterable[Row | tuple[int, int]], **updates: Any) -> int:
    """Give claimed rows back with ``updates``, those that are still ours; how many were.

    ``rows`` are what :func:`claim` gave, or pairs of id and claim_no. Unless told otherwise, ``attempts`` is 0 and
    ``last_error`` empty afterwards.
    """
    return _give_back(model, rows, {"attempts": 0, "last_error": "", **updates})


def release(
    model: type[Row], rows: Iterable[Row | tuple[int, int]], *, not_before: datetime, error: str = "", **more: Any
) -> int:  # fmt: skip
    """Give claimed rows back to be tried again, not before then; with ``error`` it counts as an attempt. ``more`` are
    further updates, such as the status of what is given up.
    """
    updates: dict[str, Any] = {"not_before": not_before, **more}
    if error:
        updates |= {"attempts": models.F("attempts") + 1, "last_error": error[:2000]}
    return _give_back(model, rows, updates)


def give_back_all(model: type[Row], *, threads: Sequence[str]) -> int:
    """Free every row of ``model`` that threads of this process hold, by their names, when it ends; how many.

    A thread that goes on meanwhile may still close its row, until somebody else has claimed it.
    """
    return _free(model, [_process_name() + thread for thread in threads])


def give_back_of_the_dead(model: type[Row], *, threads: Sequence[str]) -> int:
    """Free every row of ``model`` that such threads of processes of this host hold which are no more; how many.

    Where machines share a host's name a living one may lose what it only reads: whoever has it then reads it again.
    """
    host = f"{socket.gethostname()[:40]}:"
    held = model._base_manager.filter(leased_until__isnull=False, claimed_by__startswith=host)
    names = [n.removeprefix(host).partition(":") for n in held.values_list("claimed_by", flat=True)]
    dead = {pid for pid in {pid for pid, _, _ in names} if not _is_alive(pid)}
    return _free(model, [f"{host}{pid}:{thread}" for pid, _, thread in names if pid in dead and thread in threads])


def _free(model: type[Row], names: Sequence[str]) -> int:
    if not names:
        return 0
    held = model._base_manager.filter(leased_until__isnull=False, claimed_by__in=sorted(set(names)))
    return held.update(claimed_by="", leased_until=None)


def _is_alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError, OverflowError):
        return False
    except PermissionError:  # somebody else's
        return True
    return True


def heartbeat(model: type[Row], rows: Iterable[Row | tuple[int, int]], *, at: datetime, lease_s: float = 60.0) -> int:
    """Keep claimed rows for ``lease_s`` more seconds; how many are still ours."""
    return _update_held(model, rows, {"leased_until": at + timedelta(seconds=lease_s)})


def _give_back(model: type[Row], rows: Iterable[Row | tuple[int, int]], updates: dict[str, Any]) -> int:
    return _update_held(model, rows, {"claimed_by": "", "leased_until": None, **updates})


def _update_held(model: type[Row], rows: Iterable[Row | tuple[int, int]], updates: dict[str, Any]) -> int:
    pairs = sorted((r.pk, r.claim_no) if isinstance(r, models.Model) else r for r in rows)
    if not pairs:
        return 0
    ids, numbers = [p[0] for p in pairs], [p[1] for p in pairs]
    table, pk = _quoted(model._meta.db_table), _quoted(model._meta.pk.column)
    # Locked in key order, so two workers closing overlapping sets cannot deadlock.
    held = f"""
        SELECT t.{pk} FROM {table} t JOIN unnest(%s::bigint[], %s::bigint[]) AS mine(pk, claim_no)
            ON t.{pk} = mine.pk AND t.claim_no = mine.claim_no
         ORDER BY t.{pk} FOR NO KEY UPDATE OF t"""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(held, [ids, numbers])
            ours = [r[0] for r in cursor.fetchall()]
        return model._base_manager.filter(pk__in=ours).update(**updates) if ours else 0


def _due(at: datetime) -> Q:
    return Q(not_before__lte=at) & (Q(leased_until__isnull=True) | Q(leased_until__lt=at))


def _compiled(model: type[Row], where: Q) -> tuple[str, list[Any]]:
    query = model._base_manager.filter(where).query
    if sum(1 for uses in query.alias_refcount.values() if uses) > 1:
        raise ValueError(f"a claim on {model._meta.db_table} cannot join other tables")
    sql, params = query.get_compiler("default").compile(query.where)
    return f"({sql})", list(params)


def _column(model: type[Row], name: str) -> str:
    column: str = getattr(model._meta.get_field(name), "column")  # noqa: B009 - relations have none
    return _quoted(column)


def _order(model: type[Row], order_by: Sequence[str]) -> str:
    table = _quoted(model._meta.db_table)
    parts = [f"{table}.{_column(model, n.removeprefix('-'))}{' DESC' if n.startswith('-') else ''}" for n in order_by]
    return ", ".join(parts)


def _instances(model: type[Row], records: Sequence[Sequence[Any]]) -> list[Row]:
    fields = model._meta.concrete_fields
    expressions = [f.get_col(model._meta.db_table) for f in fields]
    converters = [[*connection.ops.get_db_converters(e), *e.get_db_converters(connection)] for e in expressions]
    names = [f.attname for f in fields]
    rows = []
    for record in records:
        values = list(record)
        for i, steps in enumerate(converters):
            for convert in steps:
                values[i] = convert(values[i], expressions[i], connection)
        rows.append(model.from_db("default", names, values))
    return rows


def _sorted(rows: list[Row], order_by: Sequence[str]) -> list[Row]:
    for name in reversed(order_by):
        field = name.removeprefix("-")
        rows.sort(key=lambda r: (getattr(r, field) is None, getattr(r, field)), reverse=name.startswith("-"))
    return rows


def _quoted(name: str | None) -> str:
    assert name is not None  # of an abstract model or a relation: neither has rows to claim
    return connection.ops.quote_name(name)
