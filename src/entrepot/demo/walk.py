"""``entrepot demo``: start everything, walk the main job, print what happened, judge it, leave the panel open."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from .ports import free_port
from .remotes import Sandbox

STEPS = (
    ("connect", "Connect store and marketplace"),
    ("pull", "Products come in"),
    ("translate", "Words and facts"),
    ("listing", "List on Trendyol TR and DE"),
    ("mend", "Mend what was refused"),
    ("subscribe", "Webhooks"),
    ("buy", "Buyers arrive"),
    ("fulfil", "Orders fulfilled"),
    ("settled", "Everything comes to rest"),
)
BUYERS = 20
_QUIET_S = {"none": 90.0, "some": 150.0, "hard": 300.0}


def demo(
    *, once: bool = False, faults: str = "none", seed: int = 1, before_judging: Callable[[Sandbox], None] | None = None
) -> int:
    """Walk the main job; the exit status: 0 every figure agrees, 1 one does not, or the walk got stuck.

    The hub runs in this process and a web process beside it, the sandbox in a third. Without ``once`` the panel
    stays open with buyers arriving until it is interrupted. ``before_judging`` lets a test plant a divergence.
    """
    console = Console()
    home = Path(os.environ.get("ENTREPOT_DEMO_HOME", ".entrepot/demo")).absolute()
    with _alone(home) as is_alone:
        if not is_alone:
            told = (
                f"A demo runs in {home} already: end it with Ctrl-C, or give this one an ENTREPOT_DEMO_HOME of its own"
            )
            console.print(told, style="red")
            return 1
        return _demo(console, _emptied(home), before_judging, once=once, faults=faults, seed=seed)


def _demo(
    console: Console, home: Path, plant: Callable[[Sandbox], None] | None, *, once: bool, faults: str, seed: int
) -> int:
    console.print("[dim]Starting the database, the simulators and the hub …[/]")
    os.environ["ENTREPOT_HOME"] = str(home)
    os.environ.setdefault("ENTREPOT_REMOTE_TIMEOUT_S", "10")
    os.environ.setdefault("ENTREPOT_LOG_LEVEL", "CRITICAL")
    port = free_port(0 if once else 8000)
    os.environ["ENTREPOT_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    began = time.monotonic()
    with ExitStack() as stack:
        sandbox = stack.enter_context(Sandbox(faults=faults, seed=seed, log=str(home / "sandbox.log")))
        from entrepot.config.django import running

        stack.enter_context(running())
        stack.enter_context(_Processes(port, home))
        return _walk(
            console, sandbox, plant or (lambda _: None), once=once, faults=faults, seed=seed, began=began, port=port
        )


@contextmanager
def _alone(home: Path) -> Iterator[bool]:
    """Whether no other demo is at work in this home; none begins while the block runs. The system forgets the dead."""
    home.parent.mkdir(parents=True, exist_ok=True)
    with home.with_name(f"{home.name}.lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _emptied(home: Path) -> Path:
    """The demo's own home, emptied; never the one of a real installation."""
    if home.exists():
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    return home


class _Processes:
    """Worker and dispatcher in threads, the web server as a process."""

    def __init__(self, port: int, home: Path) -> None:
        self.port, self.home, self.stop = port, home, threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        from entrepot.events.dispatcher import run_dispatcher
        from entrepot.jobs.worker import run_worker

        for work in (run_worker, run_dispatcher):
            thread = threading.Thread(target=work, args=(self.stop,), name=work.__name__, daemon=True)
            thread.start()
            self._threads.append(thread)
        with (self.home / "web.log").open("wb") as log:
            command = [sys.executable, "-m", "entrepot.config.cli", "web", "--port", str(self.port)]
            told = {**os.environ, "ENTREPOT_LOG_LEVEL": "WARNING"}  # ours keeps the terminal free; the file takes it
            self._web = subprocess.Popen(command, stdout=log, stderr=log, env=told)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self._web.send_signal(signal.SIGTERM)
        try:
            self._web.wait(10)
        except subprocess.TimeoutExpired:
            self._web.kill()
            self._web.wait(5)
        for thread in self._threads:
            thread.join(20)


def _walk(
    console: Console, sandbox: Sandbox, plant: Callable[[Sandbox], None], *, once: bool, faults: str, seed: int,
    began: float, port: int,
) -> int:  # fmt: skip
    from entrepot.core.clock import now

    from . import steps
    from .cast import gather
    from .report import show_work

    cast = gather(sandbox, now())
    calls = {
        name: (lambda say, name=name: getattr(steps, name)(cast, sandbox, say))
        for name, _ in STEPS
        if name not in ("buy", "settled")
    }
    calls["buy"] = lambda say: steps.buy(sandbox, say, count=BUYERS, seed=seed)
    calls["settled"] = lambda _say: steps.settled(sandbox, seconds=_QUIET_S[faults])
    if not _run_steps(console, calls):
        judged(console, sandbox)
        return 1
    show_work(console, sandbox, seconds=time.monotonic() - began)
    plant(sandbox)
    status = judged(console, sandbox)
    if not once:
        _stay_open(console, sandbox, port, cast.password)
    return status


def judged(console: Console, sandbox: Sandbox) -> int:
    """Print every figure beside the remotes' own; the exit status: 0 all agree, 1 one does not."""
    from .report import show_figures

    return 0 if show_figures(console, sandbox) else 1


def _run_steps(console: Console, calls: dict[str, object]) -> bool:
    from .steps import StuckError

    columns = [
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
    ]
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Starting", total=len(STEPS))
        for name, title in STEPS:
            progress.update(task, description=title)
            try:
                calls[name](lambda text, title=title: progress.console.print(f"[dim]{title}:[/] {text}"))  # type: ignore[operator]
            except StuckError as stuck:
                progress.console.print(f"[red]{title}: {stuck}[/]")
                return False
            progress.advance(task)
    return True


def _stay_open(console: Console, sandbox: Sandbox, port: int, password: str) -> None:
    sandbox.act("trendyol", "arrivals", per_minute=6)
    table = Table(title="Open until Ctrl-C; buyers keep arriving", show_header=False)
    table.add_row("Panel", f"http://127.0.0.1:{port}/panel/")
    table.add_row("sign in as", f"operator, owner or clerk · {password}")
    table.add_row("API", f"http://127.0.0.1:{port}/api/v1/docs")
    table.add_row("What the remotes hold", sandbox.url)
    console.print(table)
    stop = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stop.set())
    stop.wait()
