"""Read a foreign payload, and notice when the other side changes it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict


def _decimal(value: object) -> object:
    """Decimal of a number or numeric text; other values are left for pydantic to refuse. Floats are refused."""
    if isinstance(value, bool) or isinstance(value, float):
        raise ValueError("must be a decimal number")
    if isinstance(value, (int, str)):
        try:
            return Decimal(value)
        except InvalidOperation:
            raise ValueError(f"is not a number: {value!r}") from None
    return value


def _ref(value: object) -> object:
    """Text of an id that some answers send as a number, of any size."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


Amount = Annotated[Decimal, BeforeValidator(_decimal)]
Ref = Annotated[str, BeforeValidator(_ref)]


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
        for name in type(self).model_fields:
            yield from _drift_of(getattr(self, name), f"{at}{name}")


def _drift_of(value: object, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Wire):
        yield from value.drift(f"{path}.")
    elif isinstance(value, (list, tuple)):
        for i, child in enumerate(value):
            yield from _drift_of(child, f"{path}[{i}]")
