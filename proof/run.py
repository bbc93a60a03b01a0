"""One run: open up, trade while processes are killed, come to rest, put right what was sold twice, judge."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from entrepot.demo.ports import free_port
from entrepot.demo.remotes import Sandbox

from . import plan
from .broker import KeptBroker
from .counters import SHOWN, Finding, Verdict
from .door import Door
from .hub import Hub, processes
from .kills import Killer
from .ledgers import TR, WOO

ROOT = Path(__file__).resolve().parent.parent
Say = Callable[[str], None]
_LONGER_S = 60.0


@dataclass(frozen=True, slots=True)
class Form:
    """How long and how hard. ``is_hurried``: leases of the dead are cut short, so that a short run need not wait.

    ``most`` SKUs are traded; ``per_second`` acts; a kill every ``every_s`` seconds, drawn between the two. ``dials``
    are turned on top of the preset ``faults``.
    """

    seconds: float
    seed: int
    faults: str = "hard"
    most: int = 100
    per_second: float = 2.0
    every_s: tuple[float, float] = (2.0, 6.0)
    rest_s: float = 420.0
    is_hurried: bool = False
    dials: tuple[tuple[str, float], ...] = ()
    transport: str = "postgres"


Plant = Callable[[Sandbox], None]


def prove(form: Form, say: Say, *, before_judging: Plant = lambda _: None, keep: Path | None = None) -> Verdict:
    """Run once; everything counted. ``keep``: a folder for database and logs that is left behind.

    ``before_judging`` lets a test plant a violation in the database or on a remote.
    """
    with ExitStack() as stack:
        home = stack.enter_context(_home(keep))
        sandbox = stack.enter_context(Sandbox(faults="none", seed=form.seed, log=str(home / "sandbox.log")))
        ports = [free_port(), free_port()]
        door = stack.enter_context(Door(ports))
        _environment(home, door.port)
        broker = stack.enter_context(KeptBroker(home / "kafka")) if form.transport == "kafka" else None
        os.environ["KAFKA_BOOTSTRAP_SERVERS"] = broker.servers if broker else ""
        from entrepot.config.django import running

        handle = stack.enter_context(running())
        _prepare(form, handle.url)
        hub = stack.enter_context(Hub(processes(ports, form.transport), environment=os.environ, logs=home))
        killer = Killer(hub, handle.owner.server if handle.owner else None, broker)
        return _with_database(form, say, sandbox, hub, killer, before_judging)


def _prepare(form: Form, url: str) -> None:
    """The judge's notes, and how events travel, before anything has happened."""
    from entrepot.core.clock import now
    from entrepot.events.services.transport import switch_transport

    from . import notes

    notes.install(url)
    if form.transport != "postgres":
        switch_transport(to=form.transport, at=now())


def _with_database(form: Form, say: Say, sandbox: Sandbox, hub: Hub, killer: Killer, plant: Plant) -> Verdict:
    from .opening import open_up
    from .people import People

    began = time.monotonic()
    _, skus = open_up(sandbox, most=form.most)
    say(f"{len(skus)} SKUs live on two storefronts after {time.monotonic() - began:.0f} s")
    people = People(sandbox, skus)
    _trade(form, sandbox, people, killer, say)
    for slug in (TR, WOO):
        sandbox.dial(slug, preset="none")
    if form.is_hurried:  # who lost its connection lives, and keeps its claims until their leases end: now it is dead
        killer.kill_all("worker")
    open_ = _settle(form, people, hub, say)
    plant(sandbox)
    verdict = _judge(sandbox, people, skus)
    verdict.count(open_)
    _tell(verdict, form, sandbox, people, killer, hub)
    return verdict


@contextmanager
def _home(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        shutil.rmtree(keep, ignore_errors=True)
        keep.mkdir(parents=True)
        yield keep.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="entrepot-proof-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _environment(home: Path, port: int) -> None:
    """What the processes of the hub and this one read: a home of its own, and the address behind which the webs are."""
    path = [str(ROOT), str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ.pop("DATABASE_URL", None)
    os.environ |= {
        "ENTREPOT_HOME": str(home), "ENTREPOT_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "ENTREPOT_REMOTE_TIMEOUT_S": "10", "ENTREPOT_LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "proof.settings", "PYTHONPATH": os.pathsep.join(path),
    }  # fmt: skip


def _trade(form: Form, sandbox: Sandbox, people: Any, killer: Killer, say: Say) -> None:
    """People act and processes are killed, each by its own plan, at the same time."""
    for slug in (TR, WOO):
        sandbox.dial(slug, preset=form.faults, **dict(form.dials))
    began = time.monotonic()
    until = began + form.seconds
    kills = plan.kills(seed=form.seed, seconds=form.seconds, every_s=form.every_s, transport=form.transport)
    failed: list[BaseException] = []

    def murder() -> None:
        try:
            for step in kills:
                _wait(began + step.at_s)
                killer.kill(step, until=until)
        except Exception as error:  # noqa: BLE001 - told to the main thread, which ends with it
            failed.append(error)

    thread = threading.Thread(target=murder, name="killer")
    thread.start()
    for step in plan.acts(seed=form.seed, seconds=form.seconds, per_second=form.per_second):
        _wait(began + step.at_s)
        people.do(step)
    _wait(until)
    thread.join()
    if failed:
        raise failed[0]
    if killer.broker is not None:
        killer.broker.require_alive()
    _until_faults_struck(sandbox)
    say(f"{people.done.total()} acts of people, {killer.done.total()} kills: {dict(killer.done)}")


def _until_faults_struck(sandbox: Sandbox) -> None:
    """On a busy machine the hub may have written little so far: the faults stay until each kind has struck."""
    until = time.monotonic() + _LONGER_S
    while time.monotonic() < until and not all(_struck(_faults(sandbox)).values()):
        time.sleep(0.2)


def _faults(sandbox: Sandbox) -> Counter[str]:
    """What the dials of both remotes did."""
    found: Counter[str] = Counter()
    for slug in (TR, WOO):
        found.update(sandbox.faults_done(slug))
    return found


def _struck(faults: Counter[str]) -> dict[str, int]:
    """Of what has to have happened, what the remotes did."""
    return {
        "timeouts_after_commit": faults["lost_answer"] + faults["late_commit"],
        "webhooks_duplicated": faults["duplicate_webhook"], "webhooks_late": faults["late_webhook"],
        "webhooks_forged": faults["forged_webhook"],
    }  # fmt: skip


def _wait(until: float) -> None:
    time.sleep(max(0.0, until - time.monotonic()))


def _settle(form: Form, people: Any, hub: Hub, say: Say) -> list[Finding]:
    """Rest; then what was sold twice is put right on the remotes; rest again. What is open when time is over."""
    from .rest import come_to_rest

    began = time.monotonic()
    for round_ in ("first", "last"):
        times = 1 if form.is_hurried and round_ == "first" else 2
        open_ = come_to_rest(
            people.ledgers, pids=hub.pids, seconds=form.rest_s, times=times, is_hurried=form.is_hurried
        )
        found = "; ".join(finding.detail[:120] for finding in open_[:SHOWN])
        say(f"{round_} rest after {time.monotonic() - began:.0f} s: {len(open_)} things open {found}")
        if open_:
            return open_
        if round_ == "first":
            people.put_right(random.Random(f"{form.seed}:right"))
    return []


def _judge(sandbox: Sandbox, people: Any, skus: list[str]) -> Verdict:
    from .checks import CHECKS
    from .checks.races import races
    from .facts import Facts, tags_of

    people.ledgers.read()
    facts = Facts(people.ledgers.entries[TR], people.ledgers.entries[WOO], tags_of(sandbox.summary(WOO)), skus)
    verdict = Verdict()
    for check in CHECKS:
        verdict.count(check(facts))
    verdict.happened["races"] = len(races(facts))
    return verdict


def _tell(
    verdict: Verdict, form: Form, sandbox: Sandbox, people: Any, killer: Killer, hub: Hub
) -> None:  # fmt: skip
    """What happened, beside the zeros."""
    from .rows import rows

    faults = _faults(sandbox)
    verdict.happened |= {"kills": killer.done.total(), **_struck(faults)}
    numbers = {
        "orders": "orders_order", "packages": "fulfilment_package", "receipts": "ingress_receipt",
        "events": "events_event", "calls": "channels_calllog", "batches": "egress_pushbatch",
    }  # fmt: skip
    verdict.told = {
        "seed": form.seed, "transport": form.transport,
        "seconds": form.seconds, "killed": dict(killer.done), "acts": dict(people.done),
        "acts_refused": dict(people.refused), "faults": dict(faults), "kills_passed": killer.passed,
        "ended_by_themselves": hub.ended_by_themselves(),
        "hub": {name: rows(f"SELECT count(*) FROM {table}")[0][0] for name, table in numbers.items()},
        "told_to_a_person": rows("SELECT count(*) FROM orders_order WHERE troubles::text <> '{}'")[0][0],
    }  # fmt: skip
