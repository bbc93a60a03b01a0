"""Packages introduce themselves, migrations are complete, and every module has a test that names it."""

from __future__ import annotations

import ast
import re
from functools import cache

from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from source_tree import Module, told

NOT_MIRRORED = {"migrations", "__main__"}


def silent_packages(modules: list[Module]) -> list[str]:
    """Folders with code that have no ``__init__`` or one without a docstring; migrations need none."""
    folders = {m.path.rpartition("/")[0] for m in modules if not m.is_migration}
    said = {m.path.rpartition("/")[0] for m in modules if m.path.endswith("__init__.py") and ast.get_docstring(m.tree)}
    return sorted(folders - said)


def missing_migrations(state: ProjectState | None = None) -> dict[str, list[str]]:
    """Changes of models that no migration makes, by app."""
    loader = MigrationLoader(None)
    found = MigrationAutodetector(loader.project_state(), state or ProjectState.from_apps(apps)).changes(loader.graph)
    return {app: [str(o) for m in ms for o in m.operations] for app, ms in found.items()}


def unnamed(modules: list[Module], tests: dict[str, str]) -> list[str]:
    """Modules with code that no test mirrors or names; ``tests`` are paths below ``tests/`` and their texts."""
    wanting = [m for m in modules if _wants_a_test(m)]
    return [m.path for m in wanting if not any(_mirrors(path, m) or _names(text, m) for path, text in tests.items())]


def _mirrors(path: str, module: Module) -> bool:
    """``tests/orders/test_api_cancel.py`` mirrors ``orders/api.py``, what is in ``orders/api/``, and any ``cancel.py``."""
    folder, _, name = path.rpartition("/")
    words = set(name.removesuffix(".py").split("_"))
    return folder.startswith(module.package) and bool(
        words & {module.face, module.path.rpartition("/")[2][:-3]} - {"services"}
    )


def _wants_a_test(module: Module) -> bool:
    return module.is_code and not NOT_MIRRORED & set(module.path.removesuffix(".py").split("/"))


def _names(text: str, module: Module) -> bool:
    """By its dotted path, or by a public name of its own beside its package's path."""
    if module.dotted in text and re.search(rf"{re.escape(module.dotted)}\b", text):
        return True
    parent, _, last = module.dotted.rpartition(".")
    if f"from {parent} import" in text and re.search(rf"from {re.escape(parent)} import [^\n]*\b{last}\b", text):
        return True
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    public = {n.name for n in module.tree.body if isinstance(n, kinds) and not n.name.startswith("_")}
    return f"entrepot.{module.package}" in text and not public.isdisjoint(_words(text))


@cache
def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text))


def test_every_package_introduces_itself(ours):
    assert silent_packages(ours) == []


def test_no_migration_is_missing():
    assert {app: found for app, found in missing_migrations().items() if _is_ours(app)} == {}


def _is_ours(app: str) -> bool:
    return apps.get_app_config(app).name.startswith("entrepot.")


def test_every_module_has_a_test_that_names_it(ours, repository):
    root = repository / "tests"
    paths = [p for p in sorted(root.rglob("*.py")) if "architecture" not in p.parts]
    waived = set(_lines((root / "architecture/untested.txt").read_text()))

    found = set(unnamed(ours, {p.relative_to(root).as_posix(): p.read_text() for p in paths}))

    assert not found - waived, told(found - waived, "no test names these")
    assert not waived - found, told(waived - found, "tested meanwhile, or gone: take them out of untested.txt")


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_the_rules_can_fail(plant):
    planted = plant({
        "__init__.py": '"""Ours."""',
        "orders/__init__.py": "",
        "orders/services/cancel.py": "def cancel_order(): ...\ndef _private(): ...\n",
        "orders/services/hold.py": "def hold_order(): ...\n",
        "orders/services/names.py": '"""Only names."""\nfrom .hold import hold_order\n',
        "orders/queries.py": "def late(): ...\n",
        "orders/migrations/0001_initial.py": "class Migration: ...\n",
    })  # fmt: skip

    assert silent_packages(planted) == ["orders", "orders/services"]
    tests = {
        "flows/test_day.py": "from entrepot.orders.services import cancel_order\n",
        "catalog/test_hold.py": "from entrepot.catalog import late\n_private hold",
    }
    assert unnamed(planted, tests) == ["orders/queries.py", "orders/services/hold.py"]
    assert unnamed(planted, {**tests, "a.py": "from entrepot.orders import queries", "orders/test_hold.py": ""}) == []


def test_a_forgotten_migration_is_seen():
    state = ProjectState.from_apps(apps)
    state.remove_model("orders", "adjustment")

    assert any("DeleteModel" in o for o in missing_migrations(state)["orders"])
