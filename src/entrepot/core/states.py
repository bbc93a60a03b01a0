"""State machines as tables. No database and no framework here."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from .errors import IllegalMove


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table: ``event`` leads from any of ``sources`` to ``target``, if one of ``actors`` says so."""

    event: str
    sources: frozenset[str]
    target: str
    actors: frozenset[str]


class Machine:
    """One life cycle, read top to bottom.

    ``moves`` rows are (event, sources, target, actors): strings separated by spaces.
    The database CHECK, the diagram in the docs and the buttons of the panel are made from it.
    """

    def __init__(self, name: str, *, start: str, ends: str, moves: Iterable[tuple[str, str, str, str]]) -> None:
        self.name, self.start, self.ends = name, start, frozenset(ends.split())
        self.moves = tuple(
            Move(event, frozenset(sources.split()), target, frozenset(actors.split()))
            for event, sources, target, actors in moves
        )
        targets = {m.target for m in self.moves}
        self.states = frozenset({start} | targets).union(*(m.sources for m in self.moves))

    def target(self, state: str, event: str, actor: str) -> str:
        """The state after ``event``.

        Raises:
            IllegalMove: no row of the table fits; carries the events that would.
        """
        for move in self.moves:
            if move.event == event and state in move.sources and actor in move.actors:
                return move.target
        raise IllegalMove(self.name, state, event, self.allowed(state, actor))

    def allowed(self, state: str, actor: str) -> tuple[str, ...]:
        """Events that ``actor`` may cause from ``state``, in the table's order."""
        return tuple(m.event for m in self.moves if state in m.sources and actor in m.actors)

    def path(self, state: str, goal: str, actors: str = "") -> list[str] | None:
        """Shortest list of events from ``state`` to ``goal``; None when there is none.

        ``actors``, separated by spaces, limits the moves to those that one of them may make. A marketplace may
        report "delivered" for a package we still think is "picking": the events in between are replayed.
        """
        who = frozenset(actors.split())
        queue: deque[tuple[str, list[str]]] = deque([(state, [])])
        seen = {state}
        while queue:
            here, events = queue.popleft()
            if here == goal:
                return events
            for move in self.moves:
                if here in move.sources and move.target not in seen and (not who or who & move.actors):
                    seen.add(move.target)
                    queue.append((move.target, [*events, move.event]))
        return None

    def known(self, column: str = "state") -> dict[str, list[str]]:
        """What a CHECK constraint holds, ``Q(**MACHINE.known())``: the column is one of the table's states."""
        return {f"{column}__in": sorted(self.states)}

    def diagram(self) -> str:
        """The life cycle as a Mermaid state diagram."""
        rows = [f"    [*] --> {self.start}"]
        rows += [f"    {source} --> {m.target}: {m.event}" for m in self.moves for source in sorted(m.sources)]
        rows += [f"    {end} --> [*]" for end in sorted(self.ends)]
        return "\n".join(["stateDiagram-v2", *rows])

    def problems(self) -> list[str]:
        """What is wrong with the table itself; a test asserts this is empty for every machine."""
        found = [f"{s} cannot be reached" for s in sorted(self.states) if self.path(self.start, s) is None]
        found += [f"{m.event} leaves the end state {s}" for m in self.moves for s in sorted(m.sources & self.ends)]
        found += [
            f"{s} is a dead end but not listed in ends"
            for s in sorted(self.states - self.ends)
            if not any(s in m.sources for m in self.moves)
        ]
        triples = [(m.event, s, a) for m in self.moves for s in m.sources for a in m.actors]
        found += [f"{t} appears twice" for t in sorted({t for t in triples if triples.count(t) > 1})]
        return found
