"""One address for several web processes, as a load balancer is: they take turns, and the dead are passed over."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from contextlib import suppress
from itertools import cycle
from typing import Self

_CHUNK = 65_536


class Door:
    """Listens on a free port of this machine (``port``) and leads each connection to one of ``ports``."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._turns, self._count = cycle(ports), len(ports)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="door", daemon=True)
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        opened = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._led, "127.0.0.1", 0), self._loop)
        self._server = opened.result(10)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        mine = asyncio.current_task()
        others = [task for task in asyncio.all_tasks() if task is not mine]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _led(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            for _ in range(self._count):
                with suppress(OSError):
                    inner = await asyncio.open_connection("127.0.0.1", next(self._turns))
                    break
            else:
                return
            await asyncio.gather(_poured(reader, inner[1]), _poured(inner[0], writer))
        finally:
            writer.close()


async def _poured(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Copy until one side ends; then the other ends too, as it does when a process behind it is killed."""
    try:
        while chunk := await source.read(_CHUNK):
            target.write(chunk)
            await target.drain()
    except OSError:
        pass
    finally:
        target.close()
