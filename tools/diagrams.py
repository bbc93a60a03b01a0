"""Make docs/states.md from the machines: a picture and a table of each life cycle. ``--check`` only compares."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from entrepot.core.states import Machine

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs/states.md"
_HEAD = """# States

Made by `make docs` from the tables in `src/entrepot/*/states.py`; a test refuses a page that is out of date. One row of
a table is one move: the event, the states it leads from, the state it leads to, and who may say so. The database's
CHECK constraint and the buttons of the panel come from the same tables.

Who: **seller** a person of the seller's, or a key · **hub** Entrepot itself · **store** the seller's shop · **remote**
the marketplace · **carrier** whoever carries the package.
"""


def machines() -> list[tuple[str, Machine]]:
    """(package, machine) of every ``states`` module, by name of the machine."""
    source = ROOT / "src/entrepot"
    packages = [p.parent.name for p in source.glob("*/states.py") if p.parent.name != "core"]
    found = [(p, v) for p in packages for v in vars(import_module(f"entrepot.{p}.states")).values()]
    return sorted(((p, v) for p, v in found if isinstance(v, Machine)), key=lambda pair: pair[1].name)


def section(package: str, machine: Machine) -> str:
    """One life cycle in Markdown."""
    rows = [
        f"| {m.event} | {', '.join(sorted(m.sources))} | {m.target} | {', '.join(sorted(m.actors))} |"
        for m in machine.moves
    ]
    ends = ", ".join(sorted(machine.ends)) or "nothing: every move can be taken back"
    return "\n".join([
        f"## {machine.name.replace('_', ' ')}", "",
        f"`entrepot.{package}.states` · begins as **{machine.start}** · ends as {ends}", "",
        "```mermaid", machine.diagram(), "```", "",
        "| event | from | to | who |", "|---|---|---|---|", *rows, "",
    ])  # fmt: skip


def document() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *(section(package, machine) for package, machine in machines())])


def main(arguments: list[str]) -> int:
    """Write the page, or with ``--check`` say whether it is up to date; the exit status."""
    text = document()
    if "--check" not in arguments:
        TARGET.write_text(text, encoding="utf-8")
        return 0
    if TARGET.read_text(encoding="utf-8") == text:
        return 0
    print(f"{TARGET.relative_to(ROOT)} is out of date: make docs", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
