"""Checks of a connector's source: it imports the kit and the core, sends nothing and asks no clock."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from .bench import Bench

_FORBIDDEN = frozenset(
    ["django", "httpx", "ninja", "procrastinate", "requests", "socket", "urllib3", "random", "time", "subprocess", "os"]
)
_OURS = ("entrepot.kit", "entrepot.core")
_CLOCKS = frozenset(["now", "today", "utcnow"])


def the_connector_is_pure(bench: Bench) -> Iterator[str]:
    """No framework, no I/O, no clock, and nothing of the hub above the kit."""
    package = bench.folder.parent
    for path in sorted(package.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield from (f"{path.name}:{problem}" for problem in _problems(node, package))


def _problems(node: ast.AST, package: Path) -> Iterator[str]:
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and not node.level:
        names = [node.module or ""]
    else:
        names = []
    for name in names:
        is_foreign = name.startswith("entrepot.") and not name.startswith(
            (*_OURS, f"entrepot.connectors.{package.name}")
        )
        if name.partition(".")[0] in _FORBIDDEN or is_foreign:
            yield f"{getattr(node, 'lineno', 0)} imports {name}"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CLOCKS:
        yield f"{node.lineno} asks a clock: {ast.unparse(node.func)}()"


CHECKS = (the_connector_is_pure,)
