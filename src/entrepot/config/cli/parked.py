"""``entrepot parked``: events that a subscriber could not take."""

from __future__ import annotations

from typing import Annotated

import typer

from entrepot.core.clock import now
from entrepot.core.errors import Refused

from . import show
from .session import OPERATOR, ready

app = typer.Typer(no_args_is_help=True, help="Events that a subscriber could not take.")
Number = Annotated[int, typer.Argument(help="Number of the parked event.", metavar="PARKED")]


@app.command("list")
def list_(json: show.AsJson = False) -> None:
    """List parked events in their order; those that only wait behind another, too."""
    with ready():
        from entrepot.events.models import ParkedEvent

        found = [
            {
                "id": p.id, "type": p.type, "key": p.key, "subscriber": p.subscriber, "is_guilty": p.is_guilty,
                "tries": p.tries, "error": p.error, "parked_at": p.parked_at,
            }
            for p in ParkedEvent.objects.order_by("seq", "id")[:1000]
        ]  # fmt: skip
        show.rows(found, json_wanted=json, empty="nothing is parked")


@app.command("replay")
def replay(number: Number) -> None:
    """Deliver one and what waits behind it; ends with 1 when it fails again."""
    with ready():
        from entrepot.events.services import replay_parked

        _there(number)
        passed = replay_parked(number)
        typer.echo(f"{passed} went through")
        raise typer.Exit(0 if passed else 1)


@app.command("drop")
def drop(number: Number, reason: Annotated[str, typer.Option(help="Why its effect may be given up.")]) -> None:
    """Give one up for good; who and why is kept in the events."""
    with ready():
        from entrepot.events.services import drop_parked

        _there(number)
        drop_parked(parked_id=number, reason=reason, who=OPERATOR, at=now())
        typer.echo(f"parked event {number} is dropped")


def _there(number: int) -> None:
    from entrepot.events.models import ParkedEvent

    if not ParkedEvent.objects.filter(id=number).exists():
        raise Refused(f"there is no parked event {number}; `entrepot parked list` shows them")
