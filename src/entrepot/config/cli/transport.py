"""``entrepot transport``: how events travel to their subscribers."""

from __future__ import annotations

from typing import Annotated

import typer

from entrepot.core.clock import now
from entrepot.core.errors import Refused

from . import show
from .session import ready


def add_to(app: typer.Typer) -> None:
    """Put the command on ``app``."""
    app.command("transport")(transport)


def transport(
    to: Annotated[str | None, typer.Argument(help="postgres or kafka; none: only show.", metavar="[TO]")] = None,
    json: show.AsJson = False,
) -> None:
    """Show how events travel, and how far every reader is; or change it, once every subscriber has had everything."""
    with ready():
        from entrepot.events.queries import lags
        from entrepot.events.services.transport import KAFKA, POSTGRES, switch_transport, transport_in_force

        if to not in (None, POSTGRES, KAFKA):
            raise Refused(f"transport {to!r} is not one of {POSTGRES}, {KAFKA}")
        if to == KAFKA:
            from entrepot.events.kafka.cluster import Cluster

            Cluster()  # refuses where no broker answers: nobody would deliver
        if to is not None:
            switch_transport(to=to, at=now())
        readers = [{"name": x.subscriber, "seq": x.seq, "behind": x.behind, "parked": x.parked} for x in lags()]
        if json:
            show.as_json({"transport": transport_in_force(), "readers": readers})
            return
        show.record({"transport": transport_in_force()}, json_wanted=False)
        show.rows(readers, json_wanted=False, empty="no readers yet")
