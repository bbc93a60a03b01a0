"""Takes secrets and buyers' data out of what is kept of a call."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

HIDDEN = "•••"
_NAMES = re.compile(
    r"(secret|password|passwd|api_?key|consumer_key|token|authorization|signature|"
    r"first_?name|last_?name|full_?name|phone|e_?mail|address_?\d?|address_?lines?|fulladdress|"
    r"identity_?number|tax_?number|latitude|longitude|username|"
    r"company|neighbou?rhood|billing|shipping$|shipment_?address|invoice_?address|party)",
    re.IGNORECASE,
)
_DEPTH, _ITEMS, _TEXT = 8, 40, 2000


@lru_cache(maxsize=4096)
def _is_hidden(name: str) -> bool:
    return _NAMES.search(name) is not None


def redact(value: Any, secrets: Sequence[str] = (), _depth: int = 0) -> Any:
    """``value`` without secrets and personal fields, and cut to a size that a log can bear.

    Lists keep their first 40 items, texts their first 2,000 characters.
    """
    if isinstance(value, dict):
        if _depth >= _DEPTH:
            return "…"
        return {k: HIDDEN if v and _is_hidden(str(k)) else redact(v, secrets, _depth + 1) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        kept = [redact(v, secrets, _depth + 1) for v in value[:_ITEMS]]
        return [*kept, f"… {len(value) - _ITEMS} more"] if len(value) > _ITEMS else kept
    if isinstance(value, str):
        text = value[:_TEXT]
        for secret in secrets:
            if len(secret) > 3:  # noqa: PLR2004
                text = text.replace(secret, HIDDEN)
        return text
    return value
