"""A real Kafka broker that is started again whenever it was killed."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Self


class KeptBroker:
    """One broker on loopback, with its logs in ``folder``; a context manager. ``servers`` is where clients find it."""

    def __init__(self, folder: Path) -> None:
        """Make it; nothing is started.

        Raises:
            SystemExit: Java or Maven is missing; says what has to be installed.
        """
        from tools.kafka import broker

        if lacking := broker.missing():
            raise SystemExit(f"proof: Kafka cannot run here: {lacking}")
        folder.mkdir(parents=True, exist_ok=True)
        self._broker: Any = broker.Broker(folder)
        self._orders: SimpleQueue[bool] = SimpleQueue()
        self._is_up, self._failed = threading.Event(), list[Exception]()
        # It ends with the thread that started it, so one thread starts it every time.
        self._keeper = threading.Thread(target=self._keep, name="broker", daemon=True)

    @property
    def servers(self) -> str:
        """For KAFKA_BOOTSTRAP_SERVERS."""
        return str(self._broker.servers)

    def __enter__(self) -> Self:
        self._keeper.start()
        self._orders.put(True)
        self.require_alive()
        return self

    def __exit__(self, *_: object) -> None:
        self._orders.put(False)
        self._keeper.join()
        self._broker.jvm.end(signal.SIGKILL)

    def kill(self) -> bool:
        """End it at once and let it come again; False: it has not come since the last time."""
        if not self._is_up.is_set():
            return False
        self._is_up.clear()
        self._broker.jvm.end(signal.SIGKILL)
        self._orders.put(True)
        return True

    def require_alive(self) -> None:
        """Once nobody kills it any more.

        Raises:
            Exception: it did not come up.
        """
        self._is_up.wait()
        if self._failed:
            raise self._failed[0]
        self._broker.jvm.require_alive()

    def _keep(self) -> None:
        while self._orders.get():
            try:
                self._broker.start()
            except Exception as error:  # noqa: BLE001 - told to the main thread, which ends with it
                self._failed.append(error)
            self._is_up.set()
