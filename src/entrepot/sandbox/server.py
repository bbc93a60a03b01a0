"""One process, one event loop: every remote, the control API and the page that shows them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount

from . import control, pages, trendyol, woocommerce
from .faults import PRESETS, Dials

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path
    from types import TracebackType

    from starlette.types import ASGIApp, Receive, Scope, Send

    from .remote import Remote

log = logging.getLogger(__name__)
BUILDERS: dict[str, Callable[..., Remote]] = {"woocommerce": woocommerce.build, "trendyol": trendyol.build}
TICK_S, SNAPSHOT_S = 0.05, 1.0
READS = {"GET", "HEAD", "OPTIONS"}


@dataclass(slots=True)
class SandboxConfig:
    """What to serve.

    ``faults`` is a preset's name or dials; ``catalogue`` a WooCommerce product CSV; ``options`` are further keyword
    arguments of a remote's ``build`` by slug. Without ``state_dir`` nothing outlives the process.
    """

    base_url: str = "http://127.0.0.1"
    faults: str | Dials = "none"
    seed: int = 1
    catalogue: Path | None = None
    state_dir: Path | None = None
    options: dict[str, dict[str, Any]] = field(default_factory=dict)

    def dials(self) -> Dials:
        """The dials meant.

        Raises:
            ValueError: no such preset; says which there are.
        """
        if isinstance(self.faults, Dials):
            return self.faults
        if self.faults not in PRESETS:
            raise ValueError(f"no preset {self.faults!r}; allowed: {', '.join(PRESETS)}")
        return PRESETS[self.faults]


class CutAnswers(logging.Filter):
    """Keeps the server's complaint about an answer that was cut on purpose out of the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """False for that one error: a body shorter than announced."""
        error = record.exc_info[1] if record.exc_info else None
        return not any(text in str(error) for text in ("Too little data for declared", "shorter than Content-Length"))


class Keeper:
    """Mounts one remote, counts what is written to it, and keeps its state on disk."""

    def __init__(self, remote: Remote, folder: Path | None) -> None:
        self.remote = remote
        self.path = folder / "state.json" if folder else None
        self._writes, self._kept, self._next_at = 0, (0, 0), 0.0
        if self.path and self.path.exists():
            remote.restore(json.loads(self.path.read_text("utf-8")))
        elif self.path:
            self.keep()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in READS:
            self._writes += 1
        await self.remote.app(scope, receive, send)

    def changed(self) -> None:
        """Something was done beside the remote's own API."""
        self._writes += 1

    def keep(self) -> None:
        """Write the whole state, atomically."""
        if self.path is None:
            return
        started = time.monotonic()
        self._kept = (self._writes, len(self.remote.ledger.entries))
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(self.remote.snapshot(), ensure_ascii=False), "utf-8")
        fresh.replace(self.path)
        now = time.monotonic()
        self._next_at = now + max(SNAPSHOT_S, 10 * (now - started))  # a big state is written less often

    def keep_if_due(self) -> None:
        """Write when something changed and the last time is long enough ago."""
        is_changed = self._kept != (self._writes, len(self.remote.ledger.entries))
        if self.path and is_changed and time.monotonic() >= self._next_at:
            self.keep()


_CUT_ANSWERS = CutAnswers()


def build_app(config: SandboxConfig) -> Starlette:
    """The whole sandbox as one application; ``app.state.remotes`` is slug → Remote."""
    keepers: dict[str, Keeper] = {}
    for slug, build in BUILDERS.items():
        folder = config.state_dir / slug if config.state_dir else None
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        options = dict(config.options.get(slug, {}))
        if slug == "woocommerce" and config.catalogue:
            options.setdefault("catalogue_file", config.catalogue)
        url = f"{config.base_url}/{slug}"
        remote = build(url=url, seed=config.seed, dials=config.dials(), state_dir=folder, **options)
        keepers[slug] = Keeper(remote, folder)
    remotes = {slug: keeper.remote for slug, keeper in keepers.items()}

    def changed(slug: str) -> None:
        keepers[slug].changed()

    routes: list[BaseRoute] = [*control.routes(remotes, changed), *pages.routes(remotes)]
    routes += [Mount(f"/{slug}", _app(keeper)) for slug, keeper in keepers.items()]
    app = Starlette(routes=routes, lifespan=lambda _: _running(list(keepers.values())))
    app.state.remotes = remotes
    return app


def _app(keeper: Keeper) -> ASGIApp:
    return keeper


@contextlib.asynccontextmanager
async def _running(keepers: list[Keeper]) -> AsyncIterator[None]:
    """Ticks while the server runs; a last snapshot when it stops."""
    work = asyncio.get_running_loop().create_task(_ticking(keepers))
    try:
        yield
    finally:
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
        for keeper in keepers:
            await keeper.remote.deliveries.close()
            keeper.keep()
            keeper.remote.ledger.close()


async def _ticking(keepers: list[Keeper]) -> None:
    while True:
        for keeper in keepers:
            try:
                keeper.remote.tick()
                keeper.keep_if_due()
            except Exception:  # the loop's edge: one remote's fault must not stop the others
                log.exception("tick of %s failed", keeper.remote.slug)
        await asyncio.sleep(TICK_S)


class SandboxServer:
    """A sandbox in a thread of this process, for tests and the demo. A context manager; ``url`` has no slash.

    Raises:
        ValueError: a port that is taken, or a configuration that cannot be served; says what to do.
    """

    def __init__(self, config: SandboxConfig | None = None, *, port: int = 0) -> None:
        self._socket = _listener(port)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = config or SandboxConfig()
        config.base_url = self.url
        try:
            self.app = build_app(config)
        except ValueError:
            self._socket.close()
            raise
        self.remotes: dict[str, Remote] = self.app.state.remotes
        settings = uvicorn.Config(
            self.app, log_level="warning", access_log=False, lifespan="on", timeout_graceful_shutdown=1,
            proxy_headers=False, ws="none", server_header=False,
        )  # fmt: skip
        self._server = uvicorn.Server(settings)
        logging.getLogger("uvicorn.error").addFilter(_CUT_ANSWERS)
        self._thread = threading.Thread(target=self._run, name="entrepot-sandbox", daemon=True)

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])

    def start(self) -> Self:
        """Serve; returns once requests are answered.

        Raises:
            RuntimeError: it did not come up.
        """
        self._thread.start()
        deadline = time.monotonic() + 10
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise RuntimeError("the sandbox did not start")
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        """Stop, with a last snapshot; returns once the thread has ended."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        self._socket.close()

    def credentials(self) -> dict[str, dict[str, str]]:
        """What a client needs, by slug."""
        return {slug: remote.credentials for slug, remote in self.remotes.items()}

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def _listener(port: int) -> socket.socket:
    # Named TCP, since asyncio sends small packets without delay only on a socket that says so: 40 ms a call.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        told = f"port {port} cannot be listened on: {error.strerror}"
        raise ValueError(f"{told}; end what listens there, or choose another --port") from None
    return listener


def serve(
    *,
    port: int = 8899,
    faults: str = "none",
    seed: int = 1,
    catalogue: Path | None = None,
    state_dir: Path | None = None,
    options: dict[str, dict[str, Any]] | None = None,
) -> None:
    """Serve in the foreground until SIGTERM or SIGINT. Prints one JSON line of credentials once it is ready.

    Raises:
        ValueError: as :class:`SandboxServer`.
    """
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    config = SandboxConfig(
        faults=faults, seed=seed, catalogue=catalogue, state_dir=state_dir, options=dict(options or {})
    )
    with SandboxServer(config, port=port) as server:
        print(json.dumps(server.credentials()), flush=True)  # noqa: T201 - the line that callers wait for
        over.wait()
