"""From cells of a body to cells of a service."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from entrepot.catalog.services.edit import Cell
from entrepot.catalog.services.values import width
from entrepot.core.actor import Actor
from entrepot.core.errors import Invalid

from .shapes import ProductCell, VariantCell

_LISTS, _DICTS = {"images"}, {"options", "attributes"}
_TEXTS = {"title", "brand", "category", "description"}
_OTHERS = 120  # characters of a value of another kind


def only_seller(actor: Actor, model: Any, ids: Sequence[int]) -> int:
    """The one seller of all these rows. One SQL query.

    Raises:
        DoesNotExist: one is not there, or not the actor's.
        Invalid: they are of several sellers (an operator asked).
    """
    found = dict(model.objects.for_actor(actor).filter(id__in=ids).values_list("id", "seller_id"))
    if missing := sorted(set(ids) - set(found)):
        raise model.DoesNotExist(f"{model.__name__.lower()} {missing[0]} does not exist")
    sellers = set(found.values())
    if len(sellers) != 1:
        raise Invalid("request", "ids", "must all be of one seller")
    return int(sellers.pop())


def checked(cells: Sequence[ProductCell | VariantCell], model: Any, seller_id: int) -> list[Cell]:
    """Cells of a seller's rows of ``model`` as the service takes them. One SQL query, and only for a refusal.

    Raises:
        Invalid: a value of another JSON type than the field's, or a text that is too long.
    """
    for cell in cells:
        if why := _fault(cell, model):
            raise Invalid(str(model.objects.for_seller(seller_id).get(pk=cell.id)), cell.field, why)
    return [(c.id, c.field, c.was, c.value) for c in cells]


def _fault(cell: ProductCell | VariantCell, model: Any) -> str:
    value = cell.value
    if cell.field in _LISTS:
        is_list = isinstance(value, list) and all(isinstance(x, str) for x in value)
        return "" if is_list else "must be a list of texts"
    if cell.field in _DICTS:
        return "" if isinstance(value, dict) else "must be an object"
    if isinstance(value, (bool, list, dict)) or (isinstance(value, float) and not math.isfinite(value)):
        return f"cannot be {value!r}"
    if cell.field in _TEXTS and not isinstance(value, str):
        return "must be a text"
    most = (width(model, cell.field) if cell.field in _TEXTS else None) or _OTHERS
    if isinstance(value, str) and len(value) > most:
        return f"has {len(value)} characters; at most {most} are allowed"
    return ""
