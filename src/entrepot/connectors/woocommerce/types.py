"""What WooCommerce's values look like once plugins have had their way with them.

Plugins send ids as text, numbers as text, text as numbers, ``null`` or a numbered object for a list, and an empty
text for "none". Each type here takes those forms and no others.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator

from entrepot.kit.wire import as_decimal

_YES, _NO = {"1", "yes", "true"}, {"", "0", "no", "false"}


def _number(value: object) -> object:
    """None for an empty text: WooCommerce has no other way to say that a price or weight is not set."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return as_decimal(value)


def _text(value: object) -> object:
    if value is None:
        return ""
    return str(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else value


def _flag(value: object) -> object:
    word = str(value).lower() if isinstance(value, (str, int)) and not isinstance(value, bool) else None
    if value is None:
        return False
    return True if word in _YES else False if word in _NO else value


def _many(value: object) -> object:
    """PHP prints a list with a gap in its keys as an object."""
    if value is None:
        return []
    return list(value.values()) if isinstance(value, dict) else value


def _managed(value: object) -> object:
    """true, false or ``parent``: the quantity is the parent product's."""
    return value if value == "parent" else _flag(value)


Number = Annotated[Decimal | None, BeforeValidator(_number)]
Text = Annotated[str, BeforeValidator(_text)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Managed = Annotated[bool | str, BeforeValidator(_managed)]
Many = BeforeValidator(_many)
