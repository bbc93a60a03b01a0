"""Whose rows a request may see. Everything here reads ``request.actor`` and nothing else."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest

from entrepot.core.actor import Actor


def actor_of(request: HttpRequest) -> Actor:
    """The actor that accounts put on the request.

    Raises:
        PermissionDenied: there is none.
    """
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor):
        raise PermissionDenied("nobody is logged in")
    return actor


def scoped(rows: QuerySet[Any], actor: Actor, path: str) -> QuerySet[Any]:
    """The rows that ``actor`` may see. ``path`` leads to the seller's id; empty: the rows are everybody's."""
    if actor.seller_ids is None or not path:
        return rows
    return rows.filter(**{f"{path}__in": sorted(actor.seller_ids)})
