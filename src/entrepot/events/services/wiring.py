"""Every event type has a subscriber or the word ``none``: which types there are, and what the table forgets."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from entrepot.core.states import Machine

_RECORDERS = {"record", "Happening"}
_TYPE = re.compile(r"[a-z_]+\.[a-z_]+")


def check_wiring(table: Mapping[str, Any] | None = None) -> None:
    """Refuse a table that leaves a type out, or names one that nobody records.

    Raises:
        ImproperlyConfigured: says which types, and what to write.
    """
    wired = set(import_string(settings.ENTREPOT_SUBSCRIBERS) if table is None else table)
    known = known_types()
    if missing := sorted(known - wired):
        raise ImproperlyConfigured(f"events without a subscriber or the word 'none': {', '.join(missing)}")
    if stale := sorted(wired - known):
        raise ImproperlyConfigured(f"subscribers of events that nobody records: {', '.join(stale)}")


@lru_cache(maxsize=1)
def known_types() -> frozenset[str]:
    """Every type that our apps record: ``<machine>.<state>`` of each move, and those that calls of ``record`` name."""
    found: set[str] = set()
    for app in apps.get_app_configs():
        if app.name.startswith("entrepot."):
            found |= {f"{m.name}.{move.target}" for m in machines(app.name) for move in m.moves}
            found |= set(named_types(Path(app.path)))
    return frozenset(found)


def machines(app_name: str) -> list[Machine]:
    """The machines of an app's ``states`` module, by name."""
    if find_spec(f"{app_name}.states") is None:
        return []
    values = vars(import_module(f"{app_name}.states")).values()
    return sorted({m.name: m for m in values if isinstance(m, Machine)}.values(), key=lambda m: m.name)


def named_types(folder: Path) -> Iterator[str]:
    """Types that the code below a folder records by name, in calls of ``record(type=…)`` and ``Happening(…)``.

    Where a call gets its type from a variable, every text of that module that looks like a type counts.
    """
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text()
        if not any(name in text for name in _RECORDERS):
            continue
        tree = ast.parse(text)
        for given in _given_types(tree):
            literals = list(_types_in(given))
            yield from literals or _types_in(tree)


def _given_types(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in _RECORDERS:
            yield from [k.value for k in node.keywords if k.arg == "type"] or node.args[:1]


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _types_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _TYPE.fullmatch(node.value):
            yield node.value
