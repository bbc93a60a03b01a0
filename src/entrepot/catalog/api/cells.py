"""From cells of a body to cells of a service."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from entrepot.catalog.services.edit import Cell
from entrepot.core.actor import Actor
from entrepot.core.errors import Invalid
from entrepot.core.money import exact

from .shapes import ProductCell, VariantCell

_LISTS, _DICTS = {"images"}, {"options", "attributes"}
_GRAMS = 2**31 - 1
_WIDTHS = {"title": 300, "brand": 120, "category": 300, "description": 100_000}


def only_seller(actor: Actor, model: Any, ids: Sequence[int]) -> int:
    """The one seller of all these rows. One SQL query.

    Raises:
        DoesNotExist: one is not there, or not the actor's.
        Invalid: they are of several sellers (an operator asked).
    """
    found = dict(model.objects.for_actor(actor).filter(id__in=ids).values_list("id", "seller_id"))
    if missing := sorted(set(ids) - set(found)):
        raise model.DoesNotExist(f"{model._meta.verbose_name} {missing[0]} does not exist")
    sellers = set(found.values())
    if len(sellers) != 1:
        raise Invalid("request", "ids", "must all be of one seller")
    return int(sellers.pop())


def checked(cells: Sequence[ProductCell | VariantCell]) -> list[Cell]:
    """Cells as the service takes them.

    Raises:
        Invalid: a value of another JSON type than the field's, or a text that is too long.
    """
    for cell in cells:
        _check(cell)
    return [(c.id, c.field, c.was, c.value) for c in cells]


def _check(cell: ProductCell | VariantCell) -> None:
    record, value = f"row {cell.id}", cell.value
    if cell.field in _LISTS:
        if not isinstance(value, list) or not all(isinstance(x, str) for x in value):
            raise Invalid(record, cell.field, "must be a list of texts")
    elif cell.field in _DICTS:
        if not isinstance(value, dict):
            raise Invalid(record, cell.field, "must be an object")
    elif isinstance(value, (bool, list, dict)) or (isinstance(value, float) and not math.isfinite(value)):
        raise Invalid(record, cell.field, f"cannot be {value!r}")
    elif cell.field in _WIDTHS and not isinstance(value, str):
        raise Invalid(record, cell.field, "must be a text")
    if cell.field == "weight_g" and value not in (None, "") and abs(exact(str(value))) > _GRAMS:
        raise Invalid(record, cell.field, f"must be at most {_GRAMS} grams")
    if isinstance(value, str) and len(value) > _WIDTHS.get(cell.field, 120):
        raise Invalid(record, cell.field, f"has {len(value)} characters; at most {_WIDTHS.get(cell.field, 120)} fit")
