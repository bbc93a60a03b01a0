"""A running sandbox with a hand in the WooCommerce shop."""

from __future__ import annotations

import json
import ssl
import threading
import time
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from entrepot.sandbox.faults import Dials
from entrepot.sandbox.server import SandboxServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # plain http only: no certificates to load
GERMAN = {"first_name": "Jörg", "last_name": "Weiß", "country": "DE", "city": "Köln"}


class Shop:
    """The WooCommerce shop of one sandbox. ``api`` uses Basic, which the shop takes since it assumes https."""

    def __init__(self, server: SandboxServer) -> None:
        self.server, self.remote = server, server.remotes["woocommerce"]
        self.keys = self.remote.credentials
        self.api = self.client("consumer_key", "consumer_secret")

    def client(self, key: str, secret: str) -> httpx.Client:
        auth = (self.keys[key], self.keys[secret])
        base = f"{self.keys['url']}/wp-json/wc/v3"
        return httpx.Client(base_url=base, auth=auth, trust_env=False, verify=NO_TLS, timeout=30)

    def act(self, name: str, **given: Any) -> Any:
        answer = self.api.post(f"{self.server.url}/control/woocommerce/actions/{name}", json=given)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def dials(self, **dials: float) -> None:
        answer = self.api.patch(f"{self.server.url}/control/woocommerce/faults", json=dials)
        assert answer.status_code == 200, answer.text

    def ledger(self, *kinds: str) -> list[dict[str, Any]]:
        return list(self.remote.ledger.of(*kinds))

    def by_sku(self, sku: str) -> dict[str, Any]:
        return self.api.get("/products", params={"sku": sku}).json()[0]

    def product(self, **fields: Any) -> dict[str, Any]:
        answer = self.api.post("/products", json={"name": "Bardak", "regular_price": "119.00", **fields})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def order(self, **fields: Any) -> dict[str, Any]:
        body = {"status": "processing", "billing": GERMAN, "shipping": GERMAN, **fields}
        answer = self.api.post("/orders", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[tuple[SandboxServer, str]]:
    """One server for all tests, with the state of its WooCommerce shop at the start."""
    with SandboxServer() as server:
        yield server, json.dumps(server.remotes["woocommerce"].snapshot())


@pytest.fixture
def strict_shop(sandbox: tuple[SandboxServer, str]) -> Iterator[Shop]:
    """As served: plain http, so only OAuth opens it. Every test finds it as new."""
    server, state = sandbox
    remote = server.remotes["woocommerce"]
    remote.restore(json.loads(state))
    remote.ledger.entries.clear()
    remote.faults.set(**asdict(Dials()))
    shop = Shop(server)
    yield shop
    shop.api.close()


@pytest.fixture
def shop(strict_shop: Shop) -> Shop:
    """It takes plain http for TLS."""
    strict_shop.act("configure", assume_https=True)
    return strict_shop


class Receiver:
    """A local webhook receiver that keeps what it got and answers ``status``."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receiver.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def topic(self, topic: str) -> list[tuple[dict[str, str], bytes]]:
        return [(headers, body) for headers, body in list(self.got) if headers.get("x-wc-webhook-topic") == topic]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def wait_until(is_so: Callable[[], bool], within_s: float = 5) -> None:
    """Return as soon as it is so; fail when it never is."""
    deadline = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


@pytest.fixture
def eventually() -> Callable[..., None]:
    return wait_until
