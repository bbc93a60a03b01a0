"""A fresh clone with an empty cache of pip → the first listings live, beside installing the same packages alone."""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from .figures import Figure, Stopwatch, rss_mib

SOURCE = Path(__file__).resolve().parent.parent
_SIGN = re.compile(r"List on Trendyol.*?[1-9]\d* live", re.DOTALL)  # the demo says it after the first verdicts
_LIMIT_S, _GRACE_S = 600.0, 10.0


def measure() -> Figure:
    """One run; what pip downloads comes from whatever index it is configured for."""
    ours, floor = Stopwatch(), Stopwatch()
    with tempfile.TemporaryDirectory(prefix="entrepot-bench-", ignore_cleanup_errors=True) as folder:
        with floor.run():
            _install(Path(folder) / "floor")
        with ours.run():
            _demo(Path(folder) / "ours")
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Figure(
        id="first-listing", work="fresh clone, empty pip cache, make demo until the first listings are live", unit="s",
        ours=ours.median_s, floor=floor.median_s, rss_mib=rss_mib(resource.RUSAGE_CHILDREN),
        cpu_s=children.ru_utime + children.ru_stime, runs=1,
    )  # fmt: skip


def _environment(folder: Path) -> dict[str, str]:
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("ENTREPOT_", "PYTHON", "VIRTUAL_ENV", "DATABASE_URL"))
    }
    return {**kept, "PIP_CACHE_DIR": str(folder / "cache"), "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}


def _install(folder: Path) -> None:
    """``pip install`` of the pinned requirements into a fresh environment, and nothing else."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    command = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    requirements = ["--require-hashes", "-r", str(SOURCE / "requirements/run.txt")]
    subprocess.run([*command, *requirements], check=True, env=_environment(folder))


def _demo(folder: Path) -> None:
    """``git clone`` and ``make demo`` until its line about the first listings.

    Raises:
        RuntimeError: the demo ended, or took ten minutes, without it; carries the end of what it said.
    """
    subprocess.run(["git", "-c", "advice.detachedHead=false", "clone", "--quiet", str(SOURCE), str(folder)], check=True)
    command = ["make", "--silent", "demo", f"PYTHON={sys.executable}", "ARGS=--once"]
    process = subprocess.Popen(
        command, cwd=folder, env=_environment(folder), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    said: list[str] = []
    until = time.monotonic() + _LIMIT_S
    try:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            if _SIGN.search("".join(said)):
                return
            if time.monotonic() > until:
                break
        raise RuntimeError(f"no listing went live: {''.join(said)[-2000:]}")
    finally:
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    """Stop its whole group as a person would, harder when that takes too long: ``make`` ends before its children."""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        until = time.monotonic() + _GRACE_S
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
            while time.monotonic() < until:
                process.poll()  # a group lasts as long as anybody in it has not been waited for
                os.killpg(process.pid, 0)
                time.sleep(0.1)
            continue
        break
    process.wait()
