"""Columns that are computed for a whole page of rows at once, so that a list costs the same for 1 row and 100."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from entrepot.core.actor import Actor

from .show import EMPTY


@dataclass(frozen=True, slots=True)
class Column:
    """``values`` gets the actor and the rows of one page, and answers {primary key: what to show}, in a known number of
    queries.
    """

    name: str
    label: Any
    values: Callable[[Actor, Sequence[Any]], Mapping[Any, Any]]

    def fill(self, actor: Actor, rows: Sequence[Any]) -> None:
        """Put the values on the rows, where :meth:`cell` finds them."""
        found = self.values(actor, rows) if rows else {}
        for row in rows:
            row.__dict__[f"_column_{self.name}"] = found.get(row.pk, EMPTY)

    def cell(self) -> Callable[[Any], Any]:
        """What ``list_display`` calls."""

        def show(row: Any) -> Any:
            return row.__dict__.get(f"_column_{self.name}", EMPTY)

        show.__name__ = self.name
        show.short_description = self.label  # type: ignore[attr-defined]
        return show
