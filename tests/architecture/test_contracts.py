"""The import contracts of .importlinter hold today, name every package, and each catches what it is there for."""

from __future__ import annotations

import configparser
import os
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGES = (
    "core kit connectors sandbox web jobs events accounts audit channels documents catalog pricing inventory listings orders "
    "fulfilment ingress egress api panel demo config"
)
DJANGO = "import django\n"

# contract: (file to plant, its text)
PLANTS = {
    "one-way": [
        ("catalog/services.py", "from entrepot.orders import services\n"),
        ("pricing/services.py", "from entrepot.inventory import queries\n"),
        ("egress/services.py", "from entrepot.ingress import services\n"),
        ("api/urls.py", "from entrepot.panel import site\n"),
        ("events/services.py", "from entrepot.accounts import models\n"),
        ("orders/states.py", "def late():\n    from entrepot.demo import walk\n"),
        ("nowhere/__init__.py", ""),  # a package that has no place in the order
    ],
    "inside-a-domain": [
        ("orders/services.py", "from entrepot.orders import tasks\n"),
        ("orders/queries.py", "from entrepot.orders.services import go\n"),
        ("orders/models.py", "from . import queries\n"),
        ("orders/states.py", "from .models import Order\n"),
        ("orders/api.py", "from . import admin\n"),
    ],
    "kit-without-django": [
        ("kit/client.py", DJANGO),
        ("core/clock.py", "def now():\n    import procrastinate\n"),
        ("kit/read.py", "from entrepot.core import text\n", "core/text.py", DJANGO),  # by way of another module
    ],
    "pure-connectors": [
        ("connectors/bazaria/calls.py", "import httpx\n"),
        ("connectors/bazaria/mapping.py", "from django.utils import timezone\n"),
        ("connectors/bazaria/spec.py", "import socket\n"),
    ],
    "connectors-independent": [("connectors/bazaria/spec.py", "from entrepot.connectors.tokora import spec\n")],
    "nobody-imports-a-connector": [
        ("orders/services.py", "from entrepot.connectors.bazaria import spec\n"),
        ("config/cli.py", "import entrepot.connectors.bazaria\n"),
    ],
    "simulators-are-a-second-reading": [
        ("sandbox/bazaria.py", "from entrepot.kit import records\n"),
        ("sandbox/bazaria.py", "from entrepot.connectors.bazaria import mapping\n"),
        ("sandbox/bazaria.py", DJANGO),
    ],
    "web-knows-only-the-core": [("web/problems.py", "from entrepot.kit import client\n")],
    "one-way-out": [
        ("orders/services.py", "import httpx\n"),
        ("catalog/queries.py", "def late():\n    import requests\n"),
        ("ingress/services.py", "from entrepot.sandbox import server\n"),
    ],
}
CASES = [(contract, plant) for contract, plants in PLANTS.items() for plant in plants]


@pytest.fixture
def clean(tmp_path) -> Path:
    """A tree that keeps every contract: each package, two connectors, a domain with all its files."""
    root = tmp_path / "entrepot"
    for name in PACKAGES.split():
        (root / name).mkdir(parents=True)
    for name in ("bazaria", "tokora"):
        (root / "connectors" / name).mkdir()
    for domain in ("orders", "catalog", "events", "ingress", "inventory"):
        for face in ("states", "models", "queries", "services", "tasks", "admin", "api"):
            (root / domain / f"{face}.py").write_text("")
    (root / "panel" / "site.py").write_text("")
    (root / "connectors/bazaria/mapping.py").write_text("from entrepot.kit import records\n")
    (root / "kit/records.py").write_text("from entrepot.core import states\n")
    (root / "kit/client.py").write_text("import httpx\n")
    (root / "orders/services.py").write_text(
        "from entrepot.orders import queries\nfrom entrepot.catalog import models\n"
    )
    for folder in [root, *(p for p in root.rglob("*") if p.is_dir())]:
        (folder / "__init__.py").touch()
    for name in ("accounts/models", "core/states", "connectors/tokora/spec", "demo/walk"):
        (root / f"{name}.py").touch()
    return tmp_path


def lint(repository: Path, tree: Path, contract: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    more = ["--contract", contract] if contract else []
    config = tree / ".importlinter"
    # The waived imports do not exist in an invented tree.
    lines = (repository / ".importlinter").read_text().splitlines()
    config.write_text("\n".join(x for x in lines if not x.startswith("ignore_imports") and " -> " not in x))
    return subprocess.run(
        [*command, "--no-cache", "--no-logo", *more],
        cwd=tree, env={**os.environ, "PYTHONPATH": str(tree)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def contracts(repository: Path) -> configparser.ConfigParser:
    found = configparser.ConfigParser()
    found.read(repository / ".importlinter")
    return found


def test_our_tree_keeps_every_contract(repository):
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]

    answer = subprocess.run(
        [*command, "--no-cache", "--no-logo"], cwd=repository, capture_output=True, text=True, check=False
    )

    assert answer.returncode == 0, answer.stdout


def test_every_contract_has_something_that_it_must_catch(repository):
    sections = [s.rsplit(":", 1)[1] for s in contracts(repository).sections() if ":contract:" in s]

    assert sorted(sections) == sorted(PLANTS)


def test_lists_of_packages_leave_none_out(repository, ours):
    found = contracts(repository)
    listed = found["importlinter:contract:nobody-imports-a-connector"]["source_modules"].split()
    inside = found["importlinter:contract:inside-a-domain"]["containers"].split()
    speechless = found["importlinter:contract:one-way-out"]["source_modules"].split()
    packages = {m.package for m in ours if m.package}

    assert sorted(listed) == sorted(f"entrepot.{p}" for p in packages - {"connectors"})
    outside = {
        "config",
        "connectors",
        "core",
        "demo",
        "kit",
        "sandbox",
    }  # they start things, or have contracts of their own
    assert sorted(speechless) == sorted(f"entrepot.{p}" for p in packages - outside)
    assert sorted(inside) == sorted({f"entrepot.{m.package}" for m in ours if m.face == "models"} - {"entrepot.web"})


def test_a_clean_tree_passes(repository, clean):
    answer = lint(repository, clean)

    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize(("contract", "planted"), CASES, ids=[f"{c}:{p[0]}" for c, p in CASES])
def test_a_planted_import_breaks_its_contract(repository, clean, contract, planted):
    for name, text in zip(planted[::2], planted[1::2], strict=True):
        path = clean / "entrepot" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    answer = lint(repository, clean, contract)

    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert "1 broken" in answer.stdout
