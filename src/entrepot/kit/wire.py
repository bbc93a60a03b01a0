"""Read a foreign payload, and notice when the other side changes it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Annotated, Any, ClassVar, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from entrepot.core.errors import MappingError
from entrepot.core.validation import wording

_W = TypeVar("_W", bound="Wire")
_PLAIN = (str, int, bool, float, Decimal, type(None))


WHOLE_RECORD = "(whole record)"  # the field of a record that is wrong as such
_DIGITS = 30  # a larger exponent is no amount of anything, and would cost gigabytes as an int


def as_decimal(value: object) -> object:
    """Decimal of a number or numeric text; other values are left for pydantic to refuse. Floats are refused."""
    if isinstance(value, (bool, float)):
        raise ValueError("must be a decimal number")  # noqa: TRY004 - pydantic reports ValueErrors
    if isinstance(value, (int, str)):
        try:
            value = Decimal(value)
        except InvalidOperation:
            raise ValueError(f"is not a number: {str(value)[:40]!r}") from None
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) > _DIGITS:
        raise ValueError("is beyond all measure")
    return value


def _ref(value: object) -> object:
    """Text of an id that some answers send as a number, of any size."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


Amount = Annotated[Decimal, BeforeValidator(as_decimal)]
Ref = Annotated[str, BeforeValidator(_ref)]


def validated(wire: type[_W], raw: object, record: str) -> _W:
    """``raw`` as ``wire``, for a record inside another one.

    Raises:
        MappingError: it does not fit; names the first field that is wrong.
    """
    try:
        return wire.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        raise MappingError(record, field_of(first["loc"]), wording(first)) from None


def field_of(loc: tuple[int | str, ...]) -> str:
    """The dotted name of a place in a payload."""
    return ".".join(str(part) for part in loc) or WHOLE_RECORD


class Wire(BaseModel):
    """A payload of the other side, in its own words.

    Every field it sends is declared, or named in ``IGNORED`` with the reason. Anything else is drift: reported with
    its path and value, never fatal. JSON is parsed with ``parse_float=Decimal``, so no float ever gets here.
    """

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, populate_by_name=True)
    IGNORED: ClassVar[dict[str, str]] = {}

    def drift(self, at: str = "") -> Iterator[tuple[str, Any]]:
        """(dotted path, value) of every field that nobody has an opinion about."""
        for name, value in (self.model_extra or {}).items():
            if name not in self.IGNORED:
                yield f"{at}{name}", value
        for name in _nesting(type(self)):
            yield from _drift_of(getattr(self, name), f"{at}{name}")


@cache
def _nesting(wire: type[Wire]) -> tuple[str, ...]:
    """Fields that another payload may stand in: the others cannot hold drift, and are many."""
    return tuple(name for name, field in wire.model_fields.items() if _may_nest(field.annotation))


def _may_nest(annotation: Any) -> bool:
    if (parts := get_args(annotation)) and not isinstance(annotation, type):
        return any(_may_nest(part) for part in parts)
    return not isinstance(annotation, type) or not issubclass(annotation, _PLAIN)


def _drift_of(value: object, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Wire):
        yield from value.drift(f"{path}.")
    elif isinstance(value, (list, tuple)):
        for i, child in enumerate(value):
            yield from _drift_of(child, f"{path}[{i}]")
