"""Run several of our commands as children, start again what ends by itself, stop all when asked."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

_FIRST_WAIT_S, _LONGEST_WAIT_S, _WELL_S = 0.5, 30.0, 60.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Child:
    """One command of ours. ``wait_s`` doubles while it ends soon after each start."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    wait_s: float = _FIRST_WAIT_S
    not_before: float = field(default=0.0)

    def start(self, environment: Mapping[str, str]) -> None:
        """Start it in a group of its own, so that what it starts ends with it; it ends when we are killed."""
        guard = [setpriv, "--pdeathsig", "TERM"] if (setpriv := shutil.which("setpriv")) else []
        self.process = subprocess.Popen(
            [*guard, sys.executable, "-m", "entrepot.config.cli", *self.command],
            env=dict(environment), stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self.started_at = time.monotonic()

    def look(self, now: float) -> bool:
        """Whether it has to be started (again) now; notes an end that nobody asked for."""
        if self.process is not None and self.process.poll() is None:
            return False
        if self.process is not None:
            self.wait_s = _FIRST_WAIT_S if now - self.started_at > _WELL_S else min(_LONGEST_WAIT_S, self.wait_s * 2)
            self.not_before = now + self.wait_s
            log.error("child.ended", child=self.name, status=self.process.returncode, again_in_s=self.wait_s)
            self.process = None
        return now >= self.not_before

    def signal(self, number: int) -> None:
        """Tell the child, or with SIGKILL its whole group."""
        if self.process is None or self.process.poll() is not None:
            return
        if number == signal.SIGKILL:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)


def prepare_apart(*command: str) -> None:
    """Run one of our commands that ends by itself in a process of its own, whose memory goes with it.

    Raises:
        SystemExit: it failed; it has said why.
    """
    done = subprocess.run([sys.executable, "-m", "entrepot.config.cli", *command], check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


def run_children(
    children: Sequence[Child], *, stop: threading.Event, environment: Mapping[str, str], grace_s: float
) -> None:
    """Keep ``children`` running until ``stop``; then ask them to end, and kill what is left after ``grace_s``."""
    try:
        while not stop.is_set():
            for child in children:
                if child.look(time.monotonic()):
                    child.start(environment)
            stop.wait(0.2)
    finally:
        _end_all(children, grace_s)


def _end_all(children: Sequence[Child], grace_s: float) -> None:
    for child in children:
        child.signal(signal.SIGTERM)
    until = time.monotonic() + grace_s
    for child in children:
        if child.process is None:
            continue
        try:
            child.process.wait(max(0.05, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.error("child.killed", child=child.name, after_s=grace_s)  # noqa: TRY400 - its traceback says nothing
            child.signal(signal.SIGKILL)
            child.process.wait()
