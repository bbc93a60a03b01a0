"""The peer of ``orders``: Celery and Redis, one job an order, which only posts it to the shop."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_PACKAGES = ("celery[redis]==5.5.3", "httpx==0.28.1")
_ENQUEUE = """
import json, sys, time
import celery_tasks
jobs, began = json.load(sys.stdin), time.time()
print(json.dumps([len(celery_tasks.enqueue(jobs)), time.time() - began]))
"""

Job = tuple[str, dict[str, str], dict[str, Any]]


def by_celery(jobs: Sequence[Job]) -> float | None:
    """Orders a second of Celery with eight threads; None, said on standard error, where it cannot be had.

    It keeps nothing, asks for nothing and would make an order twice after a lost answer: the least that a user would
    write. Needs ``redis-server`` (Debian's package of that name) and PyPI.
    """
    redis = shutil.which("redis-server")
    if redis is None:
        print("orders: no Celery beside it, there is no redis-server (apt-get install redis-server)", file=sys.stderr)
        return None
    with tempfile.TemporaryDirectory(prefix="entrepot-peer-", ignore_cleanup_errors=True) as folder:
        python = _venv(Path(folder))
        if python is None:
            print(f"orders: no Celery beside it, pip cannot install {', '.join(_PACKAGES)}", file=sys.stderr)
            return None
        with _redis(redis, folder) as url, _worker(python, url):
            return _timed(python, url, jobs)


def _venv(folder: Path) -> str | None:
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    python = str(folder / "venv" / "bin" / "python")
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *_PACKAGES]
    return python if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0 else None


@contextmanager
def _redis(program: str, folder: str) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--appendonly", "yes"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return


@contextmanager
def _worker(python: str, url: str) -> Iterator[None]:
    command = [python, "-m", "celery", "-A", "celery_tasks", "worker", "-P", "threads", "-c", "8", "-l", "ERROR"]
    process = subprocess.Popen(command, env=_environment(url), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def _timed(python: str, url: str, jobs: Sequence[Job]) -> float:
    for some in (jobs[:8], jobs[8:]):  # the first ones wait for the worker to come up
        command = [python, "-c", _ENQUEUE]
        done = subprocess.run(
            command, env=_environment(url), input=json.dumps(some), stdout=subprocess.PIPE, text=True, check=True
        )
        count, seconds = json.loads(done.stdout.splitlines()[-1])
    return float(count / seconds)


def _environment(url: str) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return {**plain, "PEER_REDIS": url, "PYTHONPATH": str(Path(__file__).parent)}
