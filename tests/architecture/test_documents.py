"""Documents say what the source says: settings, states, lanes, links, commands."""

from __future__ import annotations

import ast
import importlib.util
import re
from pathlib import Path

import pytest
from source_tree import Module

from entrepot.jobs.services.lanes import LANES, load_drainers

VARIABLE = re.compile(r"^(ENTREPOT_[A-Z0-9_]+|DATABASE_URL)$")
ANYWHERE = re.compile(r"\b(?:ENTREPOT_[A-Z0-9_]+|DATABASE_URL)\b")
READERS = {"web_address", "text", "number", "flag", "words", "kept_secret", "get", "setdefault"}
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"^(?: {4,})(?:\w+=\S+ )*entrepot ((?:[a-z-]+ ?)+)", re.MULTILINE)


def variables(modules: list[Module]) -> dict[str, str]:
    """Every variable of the environment that is read, with its default where that is a literal."""
    found: dict[str, str] = {}
    for module in modules:
        constants = _constants(module)
        for call in (n for n in ast.walk(module.tree) if isinstance(n, ast.Call) and n.args):
            name = _value(call.args[0], constants)
            if VARIABLE.match(name) and ast.unparse(call.func).split(".")[-1] in READERS:
                default = call.args[1] if len(call.args) > 1 else None
                is_number = isinstance(default, ast.Constant) and isinstance(default.value, (int, float))
                found[name] = str(default.value) if is_number else found.get(name, "")
    return found


def _constants(module: Module) -> dict[str, ast.expr]:
    simple = [n for n in module.tree.body if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)]
    return {n.targets[0].id: n.value for n in simple}


def _value(node: ast.expr, constants: dict[str, ast.expr]) -> str:
    if isinstance(node, ast.Name):
        node = constants.get(node.id, node)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def rows(text: str) -> dict[str, str]:
    """Variable → its line in a table, or the sentence that names it."""
    lines = [line for line in text.splitlines() if "`" in line]
    return {
        name: line for line in reversed(lines) for name in ANYWHERE.findall(line.split("|")[1] if "|" in line else line)
    }


def dead_links(page: Path) -> list[str]:
    """Relative links of a page that lead nowhere."""
    targets = [t.split("#")[0] for t in LINK.findall(page.read_text()) if "://" not in t]
    return [t for t in targets if t and not (page.parent / t).exists()]


@pytest.fixture(scope="session")
def pages(repository) -> list[Path]:
    """Every page of ours."""
    found = [*sorted(repository.glob("*.md")), *sorted((repository / "docs").rglob("*.md"))]
    return [*found, *sorted((repository / "src").rglob("*.md"))]


def test_every_setting_is_described_and_no_other(ours, repository):
    described = rows((repository / "docs/settings.md").read_text())

    assert sorted(variables(ours)) == sorted(described)


def test_defaults_are_told_as_they_are(ours, repository):
    described = rows((repository / "docs/settings.md").read_text())
    told = {name: default for name, default in variables(ours).items() if default}

    assert len(told) >= 5
    assert {n: d for n, d in told.items() if f"| {d} |" not in described[n]} == {}


def test_states_are_drawn_from_the_machines(repository):
    spec = importlib.util.spec_from_file_location("diagrams", repository / "tools/diagrams.py")
    diagrams = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(diagrams)

    assert (repository / "docs/states.md").read_text() == diagrams.document(), "run: make docs"
    assert diagrams.main(["--check"]) == 0


def test_the_table_of_lanes_is_that_of_the_drainers(repository):
    text = (repository / "docs/architecture.md").read_text()
    told = dict(re.findall(r"^\| (\w+) \| ([\w, –]+) \|$", text.split("## Where work waits")[1], re.MULTILINE))

    ours = {lane: ", ".join(sorted(d.name for d in load_drainers() if d.lane == lane)) or "–" for lane in LANES}

    assert {lane: told.get(lane) for lane in LANES} == ours


def test_links_lead_somewhere(pages, repository):
    assert {str(p.relative_to(repository)): dead for p in pages if (dead := dead_links(p))} == {}


def test_commands_in_the_documents_exist(pages):
    from entrepot.config.cli.app import app

    names = {c.name or c.callback.__name__ for c in app.registered_commands} | {g.name for g in app.registered_groups}
    groups = {g.name: {c.name for c in g.typer_instance.registered_commands} for g in app.registered_groups}
    used = [m.split() for p in pages for m in COMMAND.findall(p.read_text())]

    assert len(used) > 20
    assert [u for u in used if u[0] not in names] == []
    assert [u for u in used if u[0] in groups and (len(u) < 2 or u[1] not in groups[u[0]])] == []


def test_every_package_of_the_order_is_explained(ours, repository):
    text = (repository / "docs/architecture.md").read_text().split("## Layers")[1].split("## Inside")[0]

    assert [p for p in sorted({m.package for m in ours if m.package}) if not re.search(rf"\b{p}\b", text)] == []


def test_decisions_are_numbered_listed_and_complete(repository):
    folder = repository / "docs/adr"
    names = sorted(p.name for p in folder.glob("[0-9]*.md"))
    wanted = ["## Context", "## Decision", "## What else was weighed", "## What would show that it was wrong"]

    assert [int(n[:4]) for n in names] == list(range(1, len(names) + 1))
    assert LINK.findall((folder / "README.md").read_text()) == names
    assert {n: w for n in names for w in wanted if w not in (folder / n).read_text()} == {}


def test_the_rules_can_fail(plant, tmp_path):
    planted = plant({
        "config/settings.py": 'A = env.number("ENTREPOT_TEAPOTS", 3)\nNAME = "DATABASE_URL"\nB = env.text(NAME)\n',
        "demo/walk.py": 'import os\nos.environ.get("ENTREPOT_DEMO", "x")\nsay("ENTREPOT_ELSEWHERE")\n',
    })  # fmt: skip
    page = tmp_path / "page.md"
    page.write_text("[a](gone.md) [b](page.md#part) ![c](gone.png) [d](https://example.com/x)\n")

    assert variables(planted) == {"ENTREPOT_TEAPOTS": "3", "DATABASE_URL": "", "ENTREPOT_DEMO": ""}
    assert rows("| `ENTREPOT_A` | see `ENTREPOT_B` |\n`ENTREPOT_C` is used") == {
        "ENTREPOT_A": "| `ENTREPOT_A` | see `ENTREPOT_B` |", "ENTREPOT_C": "`ENTREPOT_C` is used",
    }  # fmt: skip
    assert dead_links(page) == ["gone.md", "gone.png"]
    assert COMMAND.findall("    entrepot seller ad x\n    A=b entrepot db status\n") == ["seller ad x", "db status"]
