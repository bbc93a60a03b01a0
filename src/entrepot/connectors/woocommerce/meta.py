"""The free key-and-value data that products and orders carry."""

from __future__ import annotations

from collections.abc import Sequence

from . import wire


def meta_text(pairs: Sequence[wire.Meta], key: str) -> str | None:
    """The text or number under a meta key; the last one when there are several, None when empty or something else."""
    found = None
    for pair in pairs:
        if pair.key == key and isinstance(pair.value, (str, int)) and not isinstance(pair.value, bool):
            found = str(pair.value).strip() or None
    return found
