"""A world that many tests begin with is made once, written down with its remotes, and put back for each."""

from __future__ import annotations

import copy
import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from django.db import connection
from psycopg import sql

from entrepot.ingress.services import repeats, webhook
from entrepot.sandbox.faults import Dials
from entrepot.sandbox.server import SandboxServer

from . import emptied


@dataclass(frozen=True)
class Kept:
    """A world at rest: its own fields, the rows by table as COPY writes them, and what each remote is and has seen."""

    world: Any  # a dataclass with a ``server``
    rows: dict[str, bytes]
    remotes: dict[str, str]

    def again(self) -> Any:
        """The world as it was, in a database that is empty and on the same server; every dial is at zero."""
        _put_back(self.rows)
        for remembered in (webhook._DOORS, webhook._SEEN._until, repeats._LAST):  # of channels that begin anew
            remembered.clear()
        server: SandboxServer = self.world.server
        for slug, remote in server.remotes.items():
            told = json.loads(self.remotes[slug])
            remote.restore(told["state"])
            remote.ledger.entries[:] = told["entries"]
            remote.faults.set(**asdict(Dials()))
            remote.faults.done.clear()
        own = {f.name: getattr(self.world, f.name) for f in fields(self.world) if f.name != "server"}
        return replace(self.world, **copy.deepcopy(own))


def keep(world: Any) -> Kept:
    """Write a world down. Nothing may be on its way."""
    remotes = {
        slug: json.dumps({"state": remote.snapshot(), "entries": remote.ledger.entries})
        for slug, remote in world.server.remotes.items()
    }
    return Kept(world, _rows(), remotes)


def _rows() -> dict[str, bytes]:
    with connection.cursor() as cursor:
        rows = {}
        for name, _ in emptied.held(cursor):
            with cursor.copy(sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(name))) as told:
                rows[name] = b"".join(told)
        return rows


def _put_back(rows: dict[str, bytes]) -> None:
    """Committed, under the same ids; new rows get ids that were never given before."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN; SET LOCAL session_replication_role = replica")  # neither triggers nor foreign keys
        for name, told in rows.items():
            with cursor.copy(sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(sql.Identifier(name))) as copied:
                copied.write(told)
        cursor.execute("COMMIT")
