"""Kill -9, of our processes, of PostgreSQL and of Kafka. The sandbox is never among them: it is the witness."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from entrepot.config.database.server import Server

from .broker import KeptBroker
from .hub import Hub
from .plan import Step

_PATIENCE_S = 10.0  # a victim that has not come up again by then is passed over; another one is found


class Killer:
    """Carries out kills; ``done`` counts them by role, ``passed`` those that found nobody at work."""

    def __init__(self, hub: Hub, server: Server | None, broker: KeptBroker | None = None) -> None:
        self.hub, self.server, self.broker = hub, server, broker
        self.done: Counter[str] = Counter()
        self.passed = 0
        self._by_name = {process.name: process for process in hub.processes}

    def kill(self, step: Step, *, until: float) -> None:
        """Kill whom the step names, once it works again after the last time."""
        until = min(until, time.monotonic() + _PATIENCE_S)
        while not self._try(step):
            if time.monotonic() > until:
                self.passed += 1
                return
            time.sleep(0.1)

    def kill_all(self, role: str) -> None:
        """Kill every process of a role, whatever it is at."""
        for process in self.hub.processes:
            if process.role == role:
                self.hub.kill(process)
                self.done[role] += 1

    def _try(self, step: Step) -> bool:
        process = self._by_name.get(step.name)
        if process is not None:
            is_done = process.is_up()
            if is_done:
                self.hub.kill(process)
        elif step.name == "kafka":
            is_done = self.broker is not None and self.broker.kill()
        else:
            is_done = self._kill_postgres(step)
        self.done[process.role if process else step.name] += is_done
        return is_done

    def _kill_postgres(self, step: Step) -> bool:
        """The server itself, or one of the processes that it has for a connection or a chore."""
        pid = self._postmaster()
        if pid is not None and step.name == "backend":
            children = _children(pid)
            pid = step.source().choice(children) if children else None
        if pid is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            return True
        return False

    def _postmaster(self) -> int | None:
        """The embedded server's first process, while it answers."""
        if self.server is None or self.server.process is None or not self.server.answers():
            return None
        return self.server.process.pid


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []
