"""The same deliveries to a small Django + Celery + Redis receiver, installed into a folder that is thrown away."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from .posting import Post, Told, free_port, listens, post_all, wait_for

_HERE = Path(__file__).resolve().parent
_KEY = "of-the-peer"


def celery_receiver(posts: Sequence[Post], *, connections: int, threads: int) -> tuple[Told | None, str]:
    """What became of them; or None, and why there is no such receiver here.

    Redis appends every task to its file and flushes that once a second: a second of answered deliveries may be lost.
    """
    if shutil.which("redis-server") is None:
        return None, "redis-server (Debian's package) is not installed"
    with tempfile.TemporaryDirectory(prefix="entrepot-peer-", ignore_cleanup_errors=True) as folder:
        if (why := _install(Path(folder))) is not None:
            return None, why
        with _running(Path(folder), threads) as port:
            theirs = [Post(p.body, {"x-api-key": _KEY if p.wanted == 200 else "guessed"}, p.wanted) for p in posts]
            post_all(theirs[:50], port=port, path="/", connections=connections)
            return post_all(theirs, port=port, path="/", connections=connections), ""


def _install(folder: Path) -> str | None:
    """Django and granian as we have them, and the newest Celery; why that cannot be had, or None."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    wanted = [f"django=={version('django')}", f"granian=={version('granian')}", "celery", "redis"]
    command = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return f"pip: {done.stderr.strip().splitlines()[-1]}" if done.returncode else None


@contextmanager
def _running(folder: Path, threads: int) -> Iterator[int]:
    """Redis, one Celery worker and the web server; the port that it listens on."""
    redis, web = free_port(), free_port()
    shutil.copy(_HERE / "celery_project.py", folder / "celery_project.py")
    environment = {
        **os.environ, "PEER_KEY": _KEY, "PEER_REDIS": f"redis://127.0.0.1:{redis}/0", "PYTHONPATH": str(folder),
        "PEER_FILE": str(folder / "kept.db"),
    }  # fmt: skip
    commands = [
        ["redis-server", "--port", str(redis), "--dir", str(folder), "--appendonly", "yes", "--save", ""],
        [str(folder / "bin/celery"), "-A", "celery_project", "worker", "--concurrency", "1", "--loglevel", "ERROR"],
        [
            str(folder / "bin/granian"), "--interface", "wsgi", "--port", str(web), "--blocking-threads", str(threads),
            "--workers", "1", "celery_project:application",
        ],
    ]  # fmt: skip
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = [
        subprocess.Popen(c, env=environment, cwd=folder, start_new_session=True, **quiet)  # type: ignore[call-overload]
        for c in commands
    ]
    try:
        wait_for(redis, listens)
        wait_for(web)
        time.sleep(1)
        yield web
    finally:
        for process in reversed(running):
            os.killpg(process.pid, 15)
        for process in running:
            process.wait(30)
