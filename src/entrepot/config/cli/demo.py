"""``entrepot demo``: the main job, walked from store to marketplace and back."""

from __future__ import annotations

from typing import Annotated

import typer

from .choices import Faults


def add_to(app: typer.Typer) -> None:
    """Put the command on ``app``."""
    app.command("demo")(demo)


def demo(
    once: Annotated[bool, typer.Option("--once", help="End after the walk instead of leaving the panel open.")] = False,
    faults: Annotated[Faults, typer.Option(help="How badly the sandbox behaves.")] = Faults.none,
    seed: Annotated[int, typer.Option(help="The same seed makes the same orders.")] = 1,
) -> None:
    """Try everything without an account: database, sandbox, sample shop, and the way of an order."""
    from entrepot.demo.walk import demo as walk

    raise typer.Exit(walk(once=once, faults=faults.value, seed=seed))
