"""The hub as its processes: webs, workers, who delivers events, each started again whenever it ends, and killable."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

_LOOK_S, _AGAIN_S, _END_S = 0.05, 1.0, 15.0


@dataclass(slots=True)
class Process:
    """One process of ours. ``port`` 0: it listens nowhere. ``by_itself``: status of every end that nobody caused."""

    name: str
    command: Sequence[str]
    port: int = 0
    child: subprocess.Popen[bytes] | None = None
    is_killed: bool = False
    not_before: float = 0.0
    by_itself: list[int] = field(default_factory=list)

    @property
    def role(self) -> str:
        """Its name without its number."""
        return self.name.rstrip("0123456789")

    def is_up(self) -> bool:
        """Whether it has come so far that it works: it listens, or has connected to the database."""
        if self.child is None or self.child.poll() is not None:
            return False
        if self.port:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=0.5):
                return True
            return False
        return _has_connection(self.child.pid)

    def start(self, environment: Mapping[str, str], log: Path) -> None:
        """Start it in a group of its own; what it says goes to its log. It ends when we are killed."""
        guard = [setpriv, "--pdeathsig", "TERM"] if (setpriv := shutil.which("setpriv")) else []
        with log.open("ab") as file:
            self.child = subprocess.Popen(
                [*guard, sys.executable, "-m", "entrepot.config.cli", *self.command],
                env=dict(environment), stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True,
            )  # fmt: skip
        self.is_killed = False

    def signal(self, number: int) -> None:
        """Send a signal to the process; SIGKILL to its whole group."""
        if self.child is None:
            return
        with suppress(ProcessLookupError):
            if number == signal.SIGKILL:
                self.is_killed = True
                os.killpg(self.child.pid, number)
            else:
                os.kill(self.child.pid, number)


def _has_connection(pid: int) -> bool:
    with suppress(OSError):
        for name in os.listdir(f"/proc/{pid}/fd"):  # noqa: PTH208 - no path is made of them
            with suppress(OSError):
                if os.readlink(f"/proc/{pid}/fd/{name}").startswith("socket:"):  # noqa: PTH115
                    return True
    return False


class Hub:
    """Keeps ``processes`` running from a thread; a context manager. The database is not among them."""

    def __init__(self, processes: Sequence[Process], *, environment: Mapping[str, str], logs: Path) -> None:
        self.processes, self.environment, self.logs = list(processes), environment, logs
        self._stop, self._lock = threading.Event(), threading.Lock()
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def __enter__(self) -> Self:
        self._look()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        for process in self.processes:
            process.signal(signal.SIGTERM)
        until = time.monotonic() + _END_S
        for process in self.processes:
            if process.child is None:
                continue
            try:
                process.child.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.signal(signal.SIGKILL)
                process.child.wait(5)

    def _keep(self) -> None:
        while not self._stop.wait(_LOOK_S):
            self._look()

    def _look(self) -> None:
        now = time.monotonic()
        with self._lock:
            for process in self.processes:
                if process.child is not None and process.child.poll() is None:
                    continue
                if process.child is not None:
                    if not process.is_killed:
                        process.by_itself.append(process.child.returncode)
                        process.not_before = now + _AGAIN_S
                    process.child = None
                if now >= process.not_before:
                    process.start(self.environment, self.logs / f"{process.name}.log")

    def kill(self, process: Process) -> None:
        """End a process and what it started, at once; the keeper starts it again."""
        with self._lock:
            process.signal(signal.SIGKILL)

    def all_up(self) -> bool:
        """Whether every process works."""
        return all(process.is_up() for process in self.processes)

    def ended_by_themselves(self) -> dict[str, list[int]]:
        """Exit statuses of ends that were no kill of ours, by process."""
        return {p.name: list(p.by_itself) for p in self.processes if p.by_itself}

    def pids(self) -> list[int]:
        """Of the processes that live."""
        children = [p.child for p in self.processes]
        return [c.pid for c in children if c is not None and c.poll() is None]


def processes(ports: Sequence[int], transport: str) -> list[Process]:
    """Two webs on ``ports``, two workers, and who delivers events: a dispatcher, or a relay and two consumers."""
    webs = [
        Process(f"web{n}", ["web", "--no-migrate", "--port", str(port), "--threads", "4"], port)
        for n, port in enumerate(ports, start=1)
    ]
    workers = [Process(f"worker{n}", ["worker", "--no-migrate"]) for n in (1, 2)]
    names = {"postgres": ["dispatcher"], "kafka": ["relay", "consumer1", "consumer2"]}[transport]
    deliverers = [Process(name, [name.rstrip("12"), "--no-migrate"]) for name in names]
    return [*webs, *workers, *deliverers]
