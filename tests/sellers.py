"""The two sellers of most tests."""

from __future__ import annotations

from typing import Any


def aydin() -> Any:
    """A seller."""
    from entrepot.accounts.services import create_seller

    return create_seller(code="aydin", name="Aydın Züccaciye")


def borealis() -> Any:
    """Another seller, who must see nothing of the first."""
    from entrepot.accounts.services import create_seller

    return create_seller(code="borealis", name="Borealis AS")
