"""Records that could not be mapped, and foreign fields nobody declared."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from psycopg.types.json import Jsonb

from entrepot.kit.read import Aside, Drift
from entrepot.kit.requests import dumps

from ..models import SetAside

if TYPE_CHECKING:
    from entrepot.channels.models import Channel

_ASIDE = """
INSERT INTO ingress_setaside AS a
       (seller_id, channel_id, kind, subject, field, reason, raw, state, times, first_at, last_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, 'open', 1, %s, %s)
ON CONFLICT (channel_id, kind, subject, field) WHERE state = 'open'
DO UPDATE SET times = a.times + 1, last_at = excluded.last_at, reason = excluded.reason, raw = excluded.raw
"""

_DRIFT = """
INSERT INTO ingress_driftseen AS d (seller_id, channel_id, kind, path, sample, times, first_at, last_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (channel_id, kind, path)
DO UPDATE SET times = d.times + excluded.times, last_at = excluded.last_at, sample = excluded.sample
"""


def keep_aside(*, channel: Channel, kind: str, asides: Sequence[Aside], at: datetime) -> None:
    """Keep each record with its reason; the same one again only counts."""
    rows = [
        (channel.seller_id, channel.id, kind, a.where[:160], a.field[:120], a.reason, Jsonb(storable(a.raw)), at, at)
        for a in asides
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_ASIDE, rows)


def keep_drift(*, channel: Channel, kind: str, drift: Sequence[Drift], at: datetime) -> None:
    """Count fields that nobody declared; list positions do not make a path another one.

    Of the value only its shape is kept: nobody knows whether it is about a buyer.
    """
    samples = {_general(d.path): shape_of(d.value)[:200] for d in drift}
    counts = Counter(_general(d.path) for d in drift)
    rows = [
        (channel.seller_id, channel.id, kind, path[:200], samples[path], n, at, at)
        for path, n in sorted(counts.items())
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_DRIFT, rows)


def shape_of(value: Any) -> str:
    """What kind of value it is: ``{name: text, age: number}``, ``[text]``, ``true or false``, ``nothing``."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case str():
            return "text"
        case dict():
            return "{" + ", ".join(f"{str(k)[:40]}: {shape_of(v)}" for k, v in list(value.items())[:20]) + "}"
        case list():
            return f"[{shape_of(value[0])}]" if value else "[]"
        case _:
            return "number"


def settle_asides(*, channel: Channel, kind: str, subjects: Iterable[str], at: datetime) -> int:
    """Close what was set aside of these records, which have been read well since; the number closed."""
    open_ = SetAside.objects.for_seller(channel.seller_id).filter(channel=channel, kind=kind, state="open")
    wanted = set(subjects)
    ids = [row_id for row_id, subject in open_.values_list("id", "subject") if subject in wanted]
    return SetAside.objects.system().filter(id__in=ids).update(state="replayed", last_at=at) if ids else 0


def ignore_aside(*, seller_id: int, aside_id: int, at: datetime) -> SetAside:
    """A person says that this record does not matter."""
    row = SetAside.objects.for_seller(seller_id).get(id=aside_id)
    row.state, row.last_at = "ignored", at
    row.save(update_fields=["state", "last_at"])
    return row


def _general(path: str) -> str:
    return "".join("[]" if part.startswith("[") else part for part in _parts(path))


def _parts(path: str) -> list[str]:
    found, rest = [], path
    while "[" in rest:
        head, _, tail = rest.partition("[")
        index, _, rest = tail.partition("]")
        found += [head, f"[{index}"]
    return [*found, rest]


def storable(raw: object) -> object:
    """JSON that jsonb can hold: numbers as they were, no NUL."""
    try:
        return json.loads(dumps(raw).replace(b"\\u0000", b""))
    except (TypeError, ValueError):
        return {"unreadable": repr(raw)[:2000]}
