"""What the columns of a model can hold: the one place where the panel's forms and cells get their limits from."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import FieldDoesNotExist
from django.core.validators import DecimalValidator, MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import connection, models
from django.utils.translation import gettext as _

from entrepot.core.errors import Invalid, Refused

_DIGITS, _PLACES = 18, 6  # of a number that no column of the page's model has
_LONG = (forms.Textarea, forms.HiddenInput)
_CHARACTERS = 4000  # of a line of text that no column of the page's model has


def bounded(asked: Mapping[str, forms.Field], model: type[models.Model]) -> dict[str, forms.Field]:
    """Copies of these fields that refuse what the columns of ``model`` of the same names cannot hold.

    A field without such a column gets the limits of an ordinary number or line. Limits of its own stay, where they
    are narrower.
    """
    found = {name: copy.deepcopy(field) for name, field in asked.items()}
    for name, field in found.items():
        _bound(field, _column(model, name))
    return found


def refusal(cells: Iterable[tuple[models.Model, str, str]]) -> Refused:
    """Which of these (row, field, text) the database refused, and what its column holds.

    Only for what the service let through: it judges a value first, in its own words and its own form.
    """
    for row, name, text in cells:
        if why := _why(_column(type(row), name), text):
            return Invalid(str(row), name, why)
    return Refused(_("a value is too large, too long, or cannot be kept"))


def _why(column: models.Field[Any, Any] | None, text: str) -> str:
    if "\x00" in text:
        return _("holds a NUL character (U+0000), which cannot be kept")
    most = getattr(column, "max_length", None)
    if most and len(text) > most:
        return _("has %(count)d characters; at most %(most)d are allowed") % {"count": len(text), "most": most}
    if isinstance(column, models.IntegerField | models.DecimalField) and (number := _number(text)) is not None:
        low, high = _range(column)
        if not low <= number <= high:
            return _("must be from %(low)s to %(high)s") % {"low": low, "high": high}
    return ""


def _column(model: type[models.Model], name: str) -> models.Field[Any, Any] | None:
    try:
        column = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return column if isinstance(column, models.Field) else None


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _range(column: models.Field[Any, Any] | None) -> tuple[Decimal, Decimal]:
    """The least and the most that the column holds; without a column: of an ordinary whole number."""
    if isinstance(column, models.DecimalField):
        most = Decimal(10) ** (column.max_digits - column.decimal_places) - Decimal(1).scaleb(-column.decimal_places)
        return -most, most
    kind = column.get_internal_type() if isinstance(column, models.IntegerField) else "IntegerField"
    low, high = connection.ops.integer_field_range(kind)
    return Decimal(low if low is not None else high or 0), Decimal(high or 0)


def _bound(field: forms.Field, column: models.Field[Any, Any] | None) -> None:
    """Add the column's limits where the field's own are wider, or there are none."""
    if isinstance(field, forms.DecimalField):
        digits, places = _DIGITS, _PLACES
        if isinstance(column, models.DecimalField):
            digits, places = column.max_digits, column.decimal_places
        field.validators.append(DecimalValidator(digits, places))
    elif isinstance(field, forms.IntegerField):
        low, high = map(int, _range(column))
        own_low, own_high = (v() if callable(v) else v for v in (field.min_value, field.max_value))
        if own_low is None or own_low < low:
            field.validators.append(MinValueValidator(low))
        if own_high is None or own_high > high:
            field.validators.append(MaxValueValidator(high))
    elif type(field) is forms.CharField and field.max_length is None and not isinstance(field.widget, _LONG):
        field.validators.append(MaxLengthValidator(getattr(column, "max_length", None) or _CHARACTERS))
