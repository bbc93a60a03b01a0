"""Commands that keep running: ``up``, ``web``, ``worker``, ``dispatcher``, ``relay``, ``consumer``, ``sandbox``."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import typer

from entrepot.core.errors import Refused

from .choices import Faults
from .session import lean, ready

_GRACE_S = 10.0
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")]
NoMigrate = Annotated[bool, typer.Option("--no-migrate", help="The schema is up to date: do not look.")]
ReadyFile = Annotated[
    Path | None, typer.Option(help="File that is there, and touched every five seconds, while this process can work.")
]
Threads = Annotated[int, typer.Option(min=1, max=64, help="Requests served at once, per process.")]


def add_to(app: typer.Typer) -> None:
    """Put the commands on ``app``."""
    for command in (up, web, worker, dispatcher, relay, consumer, sandbox):
        app.command(command.__name__)(command)


def up(host: Host = "127.0.0.1", port: Port = 8000, threads: Threads = 4) -> None:
    """Run all of it on this machine: database, web, worker, dispatcher. Ends with Ctrl-C."""
    _port_free(host, port)
    with lean(log_level="INFO"):
        from entrepot.config.processes.pool import refuse_small_pool
        from entrepot.config.processes.stop import on_signals
        from entrepot.config.processes.supervise import Child, prepare_apart, run_children

        _say_address(host, port)
        refuse_small_pool("web server", threads)
        prepare_apart("worker", "--with-dispatcher", "--check")
        stop = on_signals(deadline_s=_GRACE_S + 25)
        web = ["web", "--no-migrate", "--host", host, "--port", str(port), "--threads", str(threads)]
        children = [Child("web", web), Child("worker", ["worker", "--no-migrate", "--with-dispatcher"])]
        typer.echo(f"Entrepot is at {_address(host, port)}; Ctrl-C ends it", err=True)
        run_children(children, stop=stop, environment=os.environ, grace_s=_GRACE_S)


def web(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    threads: Threads = 4,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes.")] = 1,
    no_migrate: NoMigrate = False,
    drain_s: Annotated[
        float, typer.Option(min=0, max=300, help="Seconds at SIGTERM in which it still serves, and says not ready.")
    ] = 0,
) -> None:
    """Serve the panel, the API and the webhooks."""
    _port_free(host, port)
    with lean(log_level="INFO") as handle:
        from entrepot.config.django import serve_as_web
        from entrepot.config.processes.pool import refuse_small_pool
        from entrepot.config.processes.supervise import prepare_apart
        from entrepot.config.processes.web import serve_web

        _say_address(host, port)
        refuse_small_pool("web server", threads)
        if not no_migrate:
            prepare_apart("db", "migrate")
        _tell(serve_as_web(handle.url))
        serve_web(host=host, port=port, workers=workers, threads=threads, grace_s=int(_GRACE_S), drain_s=drain_s)


def worker(
    lane: Annotated[list[str] | None, typer.Option(help="Only drainers of these lanes; none: all.")] = None,
    with_dispatcher: Annotated[
        bool, typer.Option("--with-dispatcher", help="Be the dispatcher too: one process less on one machine.")
    ] = False,
    no_migrate: NoMigrate = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only look whether it could start, and bring the schema up to date.")
    ] = False,
    ready_file: ReadyFile = None,
    grace_s: Annotated[float, typer.Option(min=0, max=300, help="Seconds to finish what it is at.")] = _GRACE_S,
) -> None:
    """Empty the queues: pulls, pushes, orders, documents; and run the jobs that people and the clock start."""
    with ready(log_level="INFO", migrated=not no_migrate, by="") as handle:
        from entrepot.config.django import not_apart
        from entrepot.config.processes.pool import refuse_small_pool, worker_needs
        from entrepot.config.processes.stop import on_signals
        from entrepot.documents.services import require_storage
        from entrepot.jobs.services.lanes import LANES
        from entrepot.jobs.worker import give_back_reads, run_worker

        if unknown := sorted(set(lane or ()) - set(LANES)):
            raise Refused(f"lane {unknown[0]!r} is not one of {', '.join(LANES)}")
        lanes, with_jobs = tuple(lane or LANES), not lane
        needed = worker_needs(lanes=lanes, with_jobs=with_jobs, with_dispatcher=with_dispatcher)
        refuse_small_pool("worker", needed)
        if check:
            require_storage()
            return
        _tell(not_apart(handle.url))
        stop = on_signals(deadline_s=grace_s, at_deadline=give_back_reads)
        with _seen(ready_file, stop), _dispatching(stop) if with_dispatcher else nullcontext():
            run_worker(stop, lanes=lanes, with_jobs=with_jobs)


@contextmanager
def _dispatching(stop: threading.Event) -> Iterator[None]:
    """A dispatcher in a thread of its own. When it cannot go on the process ends, and is started again."""
    from entrepot.events.dispatcher import run_dispatcher

    failed: list[BaseException] = []

    def dispatch() -> None:
        try:
            run_dispatcher(stop)
        except Exception as error:  # noqa: BLE001 - told to the main thread, which ends with it
            failed.append(error)
            stop.set()

    thread = threading.Thread(target=dispatch, name="dispatcher")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    if failed:
        raise failed[0]


def _seen(path: Path | None, stop: threading.Event) -> AbstractContextManager[None]:
    from entrepot.config.processes.ready import can_work, ready_file

    return ready_file(path, stop=stop, is_ready=can_work)


def dispatcher(no_migrate: NoMigrate = False, ready_file: ReadyFile = None) -> None:
    """Number events and deliver them to their subscribers."""
    with ready(log_level="INFO", migrated=not no_migrate, by="") as handle:
        from entrepot.config.django import not_apart
        from entrepot.config.processes.stop import on_signals
        from entrepot.events.dispatcher import run_dispatcher

        _tell(not_apart(handle.url))
        stop = on_signals(deadline_s=_GRACE_S)
        with _seen(ready_file, stop):
            run_dispatcher(stop)


def relay(no_migrate: NoMigrate = False, ready_file: ReadyFile = None) -> None:
    """Number events and publish them to Kafka."""
    with ready(log_level="INFO", migrated=not no_migrate, by=""):
        from entrepot.config.processes.stop import on_signals
        from entrepot.events.kafka.relay import run_relay

        stop = on_signals(deadline_s=_GRACE_S)
        with _seen(ready_file, stop):
            run_relay(stop)


def consumer(
    subscriber: Annotated[list[str] | None, typer.Option(help="Only these subscribers; none: all.")] = None,
    no_migrate: NoMigrate = False,
    ready_file: ReadyFile = None,
) -> None:
    """Deliver events from Kafka to their subscribers, each in a consumer group of its own."""
    with ready(log_level="INFO", migrated=not no_migrate, by=""):
        from entrepot.config.processes.stop import on_signals
        from entrepot.events.kafka.consumer import run_consumers

        stop = on_signals(deadline_s=_GRACE_S)
        with _seen(ready_file, stop):
            run_consumers(stop, names=subscriber or ())


def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0: any.")] = 8899,
    faults: Annotated[Faults, typer.Option(help="How badly it behaves.")] = Faults.none,
    seed: Annotated[int, typer.Option(help="The same seed makes the same orders.")] = 1,
    catalogue: Annotated[Path | None, typer.Option(help="A WooCommerce product CSV for the shop.")] = None,
    state_dir: Annotated[Path | None, typer.Option(help="Folder in which the state outlives a restart.")] = None,
    assume_https: Annotated[bool, typer.Option("--assume-https", help="The shop takes Basic over plain http.")] = False,
) -> None:
    """Serve simulators of every remote. Prints one line of JSON with their credentials when ready."""
    from entrepot.sandbox.server import serve

    if catalogue is not None and not catalogue.is_file():
        raise Refused(f"{catalogue} is not a file")
    options = {"woocommerce": {"settings": {"assume_https": True}}} if assume_https else {}
    try:
        serve(port=port, faults=faults.value, seed=seed, catalogue=catalogue, state_dir=state_dir, options=options)
    except ValueError as error:
        raise Refused(str(error)) from None


def _tell(lacking: str) -> None:
    """Nobody should find out by accident that only our own code keeps sellers apart."""
    if lacking:
        from structlog import get_logger

        get_logger(__name__).warning("database.row_security_off", why=lacking)


def _port_free(host: str, port: int) -> None:
    """Say so now, instead of restarting a server that cannot listen."""
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused(f"{host}:{port} cannot be listened on: {error.strerror}; choose another --port") from None


def _say_address(host: str, port: int) -> None:
    """What is on this machine reaches us where we listen, unless the setting says where."""
    if host in ("127.0.0.1", "localhost", "0.0.0.0", "::", "::1"):  # noqa: S104 - compared, not listened on
        os.environ.setdefault("ENTREPOT_PUBLIC_URL", f"http://127.0.0.1:{port}")


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
