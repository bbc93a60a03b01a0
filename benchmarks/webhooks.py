"""Signed webhooks through the real web process: half of them duplicates, some late, some forged, some unanswered."""

from __future__ import annotations

import json
import os
import random
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from .celery_peer import celery_receiver
from .figures import Figure, rss_mib
from .hub import as_owner, hub
from .posting import Post, Told, free_port, post_all, serves, wait_for

FACTS, RUNS, KILLS = 1_500, 3, 20
CONNECTIONS, THREADS = 16, 16
_LATE, _FORGED = 0.05, 0.05
_SAMPLE = Path(__file__).resolve().parent.parent / "src/entrepot/connectors/trendyol/samples/read_webhook.json"


def measure() -> Figure:
    """Median of three runs, the floor beside each; then the same with kill -9 of the web process twenty times."""
    with hub() as home:
        channel, secret = _channel()
        path = f"/hooks/{channel.webhook_token}"
        with _web(home) as web:
            post_all(_storm(secret, "warm", 100)[0], port=web.port, path=path, connections=CONNECTIONS)
            ours = [post_all(_storm(secret, n, FACTS)[0], port=web.port, path=path, connections=CONNECTIONS)
                    for n in range(RUNS)]  # fmt: skip
            cpu_s, rss = web.used()
            posts, facts = _storm(secret, "killed", FACTS)
            killed = _under_fire(web, posts, path)
        lost, twice = _compare(channel, facts)
        floor = _floor(home, secret)
        peer, why = celery_receiver(_storm(secret, "peer", FACTS)[0], connections=CONNECTIONS, threads=THREADS)
        return Figure(
            id="webhooks", work=_words(ours, killed, lost, twice, why), unit="durable/s", ours=_rate(ours),
            floor=_rate([floor]), peer=_rate([peer]) if peer else None, rss_mib=max(rss, rss_mib()), cpu_s=cpu_s,
            runs=RUNS,
        )  # fmt: skip


def _words(ours: Sequence[Told], killed: Told, lost: int, twice: int, why: str) -> str:
    p50, p99 = (statistics.median(told.percentile_ms(share) for told in ours) for share in (0.5, 0.99))
    return (
        f"{FACTS} facts told twice, {_LATE:.0%} late, {_FORGED:.0%} forged, {CONNECTIONS} connections: "
        f"p50 {p50:.1f} ms, p99 {p99:.1f} ms; {KILLS} times kill -9, {killed.broken} answers never came: "
        f"lost {lost}, duplicate effects {twice}, {killed.statuses[401]} forged refused"
        + (f"; no peer: {why}" if why else "; the peer's Redis may lose its last second")
    )


def _rate(runs: Sequence[Told]) -> float:
    """Durable deliveries a second, median of the runs; forged ones do not count."""
    return statistics.median(told.statuses[200] / told.took_s for told in runs)


def _channel() -> tuple[Any, str]:
    from entrepot.accounts.services import create_seller
    from entrepot.channels.services import add_channel
    from entrepot.channels.services.vault import unseal
    from entrepot.core.clock import now

    channel = add_channel(
        seller_id=create_seller(code="bench", name="Bench").id, slug="trendyol", name="Trendyol", account_ref="1",
        base_url="http://127.0.0.1:9", secrets={"api_key": "k", "api_secret": "s"}, at=now(),
    )  # fmt: skip
    return channel, unseal(channel.webhook_secret)["secret"]


def _storm(secret: str, name: object, count: int) -> tuple[list[Post], set[tuple[str, int]]]:
    """``count`` facts twice each in a random order, and forged ones; the facts as (package, stamp)."""
    dice = random.Random(f"webhooks {name}")
    sample = json.loads(json.loads(_SAMPLE.read_text("utf-8"))["body"])
    posts, facts = [], set()
    number = dice.randrange(10**9, 9 * 10**9) * 10_000
    for n in range(count):
        (package,) = sample["content"]
        stamp = package["lastModifiedDate"] + n
        ref = number + n
        if n and dice.random() < _LATE:  # older news of the package before, in words of its own
            ref, stamp = ref - 1, stamp - 60_000
        changed = {**package, "shipmentPackageId": ref, "orderNumber": str(ref), "lastModifiedDate": stamp}
        body = json.dumps({**sample, "content": [changed]}, ensure_ascii=False).encode()
        facts.add((str(ref), stamp))
        posts += [Post(body, {"x-api-key": secret, "Content-Type": "application/json"})] * 2
        if dice.random() < _FORGED:
            posts.append(Post(body.replace(b"Ada", b"Eve"), {"x-api-key": "guessed"}, wanted=401))
    dice.shuffle(posts)
    return posts, facts


class _Web:
    """The web process as a user starts it."""

    def __init__(self, home: Path) -> None:
        self.port = free_port()
        self._home = home
        self.start()

    def start(self) -> None:
        """Start it; again too, as a service manager does when the server gives up after several deaths in a row."""
        command = [sys.executable, "-m", "entrepot.config.cli", "web", "--no-migrate", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [*command, "--threads", str(THREADS)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "ENTREPOT_HOME": str(self._home)}, start_new_session=True,
        )  # fmt: skip
        wait_for(self.port)

    def come_back(self) -> None:
        """Wait until it serves again after its workers were killed."""
        until = time.monotonic() + 60
        while not serves(self.port):
            if self.process.poll() is not None:
                self.start()
            if time.monotonic() > until:
                raise TimeoutError(f"nobody serves port {self.port}")
            time.sleep(0.05)

    def serving(self) -> list[psutil.Process]:
        """The processes that serve; their parent only watches over them."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def used(self) -> tuple[float, float]:
        """Processor seconds and MiB of those that serve, so far."""
        found = self.serving()
        times = [p.cpu_times() for p in found]
        return sum(t.user + t.system for t in times), max(p.memory_info().rss for p in found) / 2**20

    def end(self) -> None:
        """Stop all of it."""
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@contextmanager
def _web(home: Path) -> Iterator[_Web]:
    web = _Web(home)
    try:
        yield web
    finally:
        web.end()


def _under_fire(web: _Web, posts: Sequence[Post], path: str) -> Told:
    """Post while the process that serves is killed twenty times, each time once it serves again; then the rest."""
    done = threading.Event()
    killed = 0

    def kill() -> None:
        nonlocal killed
        while killed < KILLS and not done.is_set():
            time.sleep(0.3)
            for process in web.serving():
                process.kill()
            killed += 1
            time.sleep(0.2)
            web.come_back()

    shooter = threading.Thread(target=kill)
    shooter.start()
    told = Told()
    while shooter.is_alive() or not told.seconds:  # the same again is only more duplicates
        part = post_all(posts, port=web.port, path=path, connections=CONNECTIONS)
        told.seconds += part.seconds
        told.statuses += part.statuses
        told.broken += part.broken
        told.took_s += part.took_s
    done.set()
    shooter.join()
    assert killed == KILLS, f"{killed} kills"
    return told


def _compare(channel: Any, facts: set[tuple[str, int]]) -> tuple[int, int]:
    """Facts that were answered and are not kept; receipts of a fact beyond the first."""
    from entrepot.ingress.models import Receipt

    rows = Receipt.objects.for_seller(channel.seller_id).filter(channel=channel)
    kept = [(row["shipmentPackageId"], int(row["lastModifiedDate"])) for row in rows.values_list("raw", flat=True)]
    held = [(str(ref), stamp) for ref, stamp in kept if (str(ref), stamp) in facts]
    return len(facts - set(held)), len(held) - len(set(held))


def _floor(home: Path, secret: str) -> Told:
    as_owner("CREATE TABLE bench_plain (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body bytea)")
    from entrepot.config.database.places import places
    from entrepot.config.database.server import Server

    posts = [p for p in _storm(secret, "floor", FACTS)[0] if p.wanted == 200]
    port = free_port()
    code = (
        "from granian import Granian; from granian.constants import Interfaces;"
        f"Granian('benchmarks.plain_receiver:application', port={port}, interface=Interfaces.WSGI, workers=1,"
        f" blocking_threads={THREADS}, websockets=False, log_access=False).serve()"
    )
    environment = {**os.environ, "BENCH_DATABASE_URL": Server(places(home)).url}
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port)
        return post_all(posts, port=port, path="/", connections=CONNECTIONS)
    finally:
        process.terminate()
        process.wait(20)
