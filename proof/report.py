"""The tables that end a run."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from .counters import HAPPENED, SHOWN, ZEROS, Verdict


def show(console: Console, verdict: Verdict) -> None:
    """What happened, what had to be zero, and what is wrong, by name."""
    table = Table(title=f"Happened, with seed {verdict.told['seed']}")
    table.add_column("")
    table.add_column("count", justify="right")
    for name, meaning in HAPPENED.items():
        n = verdict.happened.get(name, 0)
        table.add_row(meaning, str(n) if n else "[red]0[/]")
    for name in ("killed", "acts", "hub", "faults"):
        found = verdict.told[name]
        assert isinstance(found, dict)
        table.add_row(f"[dim]{name}[/]", "[dim]" + ", ".join(f"{n} {k}" for k, n in sorted(found.items())) + "[/]")
    console.print(table)
    zeros = Table(title="Has to be zero")
    zeros.add_column("")
    zeros.add_column("count", justify="right")
    for name, meaning in ZEROS.items():
        n = verdict.zeros[name]
        zeros.add_row(meaning, f"[red]{n}[/]" if n else "0")
    console.print(zeros)
    for name, some in verdict.details.items():
        for text in some[:SHOWN]:
            console.print(f"[red]{name}[/]: {text}", highlight=False, markup=True)
    word = "[green]holds[/]" if verdict.holds else "[red]does not hold[/]"
    console.print(f"The proof {word}." + "".join(f" Nothing of this happened: {HAPPENED[m]}." for m in verdict.missing))
