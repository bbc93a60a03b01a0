"""The source as the rules see it: modules, what they import, the functions and the texts in them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT_NAME = "entrepot"


@dataclass(frozen=True)
class Module:
    """One file. ``path`` is told from the package's folder on: ``orders/services/cancel.py``."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def package(self) -> str:
        """The layer it belongs to: ``orders``; empty for a file beside the packages."""
        return self.path.split("/")[0] if "/" in self.path else ""

    @property
    def face(self) -> str:
        """Which of a domain's files it is: ``services`` for ``orders/services/cancel.py``."""
        parts = self.path.removesuffix(".py").split("/")
        return parts[1] if len(parts) > 1 else ""

    @property
    def dotted(self) -> str:
        """``entrepot.orders.services.cancel``; of a package's ``__init__`` the package."""
        return ".".join([ROOT_NAME, *self.path.removesuffix(".py").removesuffix("/__init__").split("/")])

    @property
    def is_migration(self) -> bool:
        return "/migrations/" in self.path

    @cached_property
    def is_code(self) -> bool:
        """Whether it says more than a docstring, imports and names."""
        return any(isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) for n in self.tree.body)

    def imports(self, *, types_too: bool = True) -> Iterator[tuple[int, str]]:
        """(line, dotted name) of everything of ours that it imports; relative ones are told in full.

        ``types_too``: also what only annotations need (``if TYPE_CHECKING:``).
        """
        package = self.dotted.split(".") if self.path.endswith("__init__.py") else self.dotted.split(".")[:-1]
        skipped = set() if types_too else {id(n) for block in self._type_blocks() for n in ast.walk(block)}
        for node in ast.walk(self.tree):
            if id(node) in skipped:
                continue
            if isinstance(node, ast.ImportFrom):
                base = package[: len(package) - node.level + 1] if node.level else []
                start = ".".join([*base, *([node.module] if node.module else [])])
                yield from ((node.lineno, f"{start}.{a.name}") for a in node.names if start.startswith(ROOT_NAME))
            elif isinstance(node, ast.Import):
                yield from ((node.lineno, a.name) for a in node.names if a.name.startswith(f"{ROOT_NAME}."))

    def _type_blocks(self) -> Iterator[ast.If]:
        for node in self.tree.body:
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not node.orelse:
                yield node

    def functions(self) -> Iterator[tuple[str, int]]:
        """(name, number of lines) of every function, decorators not counted."""
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1

    def texts(self) -> Iterator[tuple[int, str]]:
        """(line, text) of every literal that is no docstring; the fixed parts of an f-string are one text."""
        docstrings = {id(d) for d in self._docstrings()}
        inside: set[int] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.JoinedStr):
                parts = [v for v in node.values if isinstance(v, ast.Constant)]
                inside |= {id(p) for p in parts}
                yield node.lineno, "?".join(str(p.value) for p in parts)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside | docstrings:
                yield node.lineno, node.value

    def _docstrings(self) -> Iterator[ast.Constant]:
        kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        for node in ast.walk(self.tree):
            first = node.body[0] if isinstance(node, kinds) and node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value


def read_tree(root: Path) -> list[Module]:
    """Every Python file below ``root``, by path."""
    found = sorted(root.rglob("*.py"))
    return [Module(p.relative_to(root).as_posix(), p.read_text()) for p in found if "__pycache__" not in p.parts]


def domains(modules: list[Module]) -> set[str]:
    """Packages that own tables."""
    return {m.package for m in modules if m.face == "models"}


def told(found: Mapping[str, Iterable[str]] | Iterable[str], advice: str) -> str:
    """A finding in full, one line each, with what to do about it."""
    if isinstance(found, Mapping):
        lines = [f"{path}: {', '.join(names)}" for path, names in sorted(found.items()) if names]
    else:
        lines = sorted(found)
    return "\n  ".join([f"{advice}:", *lines])
