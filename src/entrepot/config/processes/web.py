"""The web server: granian in WSGI mode with threads."""

from __future__ import annotations

import os
import signal
import threading
from typing import Any

TARGET = "entrepot.config.processes.application:application"


def serve_web(*, host: str, port: int, workers: int, threads: int, grace_s: int, drain_s: float = 0) -> None:
    """Serve until SIGTERM or SIGINT; requests under way get ``grace_s`` seconds.

    At SIGTERM it goes on for ``drain_s`` seconds, in which ``/readyz`` says that it is ending: time for a load
    balancer to send new requests elsewhere. SIGINT, or a second SIGTERM, does not wait.

    This process only watches over its workers: it loads neither Django nor the application.

    WSGI with threads and the connection pool is three to five times faster here than ASGI.
    """
    from granian import Granian
    from granian.constants import Interfaces

    from entrepot.config.environment import home

    (home() / "static").mkdir(parents=True, exist_ok=True)  # settings.STATIC_ROOT
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.config.settings")
    server = Granian(
        TARGET, address=host, port=port, interface=Interfaces.WSGI, workers=workers, blocking_threads=threads,
        websockets=False, log_access=False, respawn_failed_workers=True, workers_kill_timeout=grace_s,
    )  # fmt: skip
    _drain_first(server, drain_s)
    server.serve()


def _drain_first(server: Any, drain_s: float) -> None:
    """Let SIGTERM say so first, and end the server later."""
    from entrepot.config.environment import draining_mark

    mark = draining_mark(os.getpid())
    mark.unlink(missing_ok=True)  # of one that had this number before

    def heard(number: int, frame: Any) -> None:
        if mark.exists() or not drain_s:
            server.signal_handler_interrupt(number, frame)
            return
        mark.touch()
        timer = threading.Timer(drain_s, server.signal_handler_interrupt)
        timer.daemon = True
        timer.start()

    # Its hooks run after it has taken the signals for itself.
    server.on_startup(lambda: signal.signal(signal.SIGTERM, heard) and None)
    server.on_shutdown(lambda: mark.unlink(missing_ok=True))
