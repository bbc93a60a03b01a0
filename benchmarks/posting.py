"""A remote that posts: over several connections that are kept, each delivery until it is answered as it should be."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

_TIMEOUT_S, _AGAIN_S, _GIVE_UP_S = 10.0, 0.05, 300.0


@dataclass(frozen=True, slots=True)
class Post:
    """A delivery. ``wanted`` is the status that ends it: 200, or 401 of a forged one."""

    body: bytes
    headers: dict[str, str]
    wanted: int = 200


@dataclass(slots=True)
class Told:
    """What became of all deliveries: seconds of each answered one, and how often each status came."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    broken: int = 0  # connections that ended without an answer
    took_s: float = 0.0

    def percentile_ms(self, share: float) -> float:
        """Milliseconds within which this share of deliveries was answered."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(share * len(self.seconds)))] * 1000


def post_all(posts: Sequence[Post], *, port: int, path: str, connections: int) -> Told:
    """Post them all, in their order as far as connections allow.

    Raises:
        RuntimeError: one was not answered as it should be for five minutes.
    """
    told, lock, queue = Told(), threading.Lock(), iter([_request(p, path) for p in posts])
    failed: list[Exception] = []

    def work() -> None:
        line = _Line(port)
        while not failed:
            with lock:
                following = next(queue, None)
            if following is None:
                break
            try:
                _one(line, *following, told, lock)
            except Exception as error:  # noqa: BLE001 - told to who asked
                failed.append(error)
        line.close()

    threads = [threading.Thread(target=work) for _ in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told.took_s = time.perf_counter() - began
    if failed:
        raise failed[0]
    return told


def _request(post: Post, path: str) -> tuple[bytes, int]:
    headers = {"Host": "127.0.0.1", "Content-Length": str(len(post.body)), **post.headers}
    head = f"POST {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n"
    return head.encode() + post.body, post.wanted


def _one(line: _Line, request: bytes, wanted: int, told: Told, lock: threading.Lock) -> None:
    until = time.monotonic() + _GIVE_UP_S
    while True:
        began = time.perf_counter()
        status = line.ask(request)
        took = time.perf_counter() - began
        with lock:
            told.statuses[status] += status != 0
            told.broken += status == 0
            if status == wanted:
                told.seconds.append(took)
                return
        if time.monotonic() > until:
            raise RuntimeError(f"answered {status} instead of {wanted} for {_GIVE_UP_S:.0f} s")
        time.sleep(_AGAIN_S)


class _Line:
    """One connection that is kept; opened again after it broke."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def ask(self, request: bytes) -> int:
        """The status of the answer; 0: none came."""
        try:
            if self._socket is None:
                self._socket = socket.create_connection(("127.0.0.1", self._port), _TIMEOUT_S)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.sendall(request)
            return self._answer()
        except OSError:
            self.close()
            return 0

    def _answer(self) -> int:
        assert self._socket is not None
        said = b""
        while b"\r\n\r\n" not in said:
            said += self._more()
        head, _, body = said.partition(b"\r\n\r\n")
        length = next(int(x.split(b":")[1]) for x in head.lower().split(b"\r\n") if x.startswith(b"content-length"))
        while len(body) < length:
            body += self._more()
        return int(head.split(b" ", 2)[1])

    def _more(self) -> bytes:
        assert self._socket is not None
        if not (more := self._socket.recv(65536)):
            raise ConnectionResetError
        return more

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serves(port: int) -> bool:
    """Whether a request is answered there, which is more than that somebody listens."""
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as line:
            line.sendall(b"GET /hooks/x HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return line.recv(64).startswith(b"HTTP/1.1 ")
    except OSError:
        return False


def listens(port: int) -> bool:
    """Whether somebody listens there."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def wait_for(port: int, asked: Callable[[int], bool] = serves, *, limit_s: float = 60.0) -> None:
    """Until ``asked`` of this port says so.

    Raises:
        TimeoutError: it did not for ``limit_s`` seconds.
    """
    until = time.monotonic() + limit_s
    while not asked(port):
        if time.monotonic() > until:
            raise TimeoutError(f"nobody serves port {port}")
        time.sleep(0.05)
