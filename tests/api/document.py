"""The API's document, made once for all that are tried by it."""

from __future__ import annotations

from functools import cache
from typing import Any

from entrepot.api.v1 import api


@cache
def document() -> dict[str, Any]:
    """Not to be changed."""
    return api.get_openapi_schema()
