"""A Trendyol to test against: the simulator in this process, a caller with its credentials, and a receiver of webhooks."""

from __future__ import annotations

import asyncio
import threading
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import httpx

from entrepot.sandbox.faults import Dials
from entrepot.sandbox.trendyol import build

if TYPE_CHECKING:
    from entrepot.sandbox.remote import Remote

SIZE, COLOUR, WEB_COLOUR, GENDER = 293, 47, 348, 296


def product(barcode: str = "KZY-1", **changes: Any) -> dict[str, Any]:
    """A T-shirt that every rule accepts."""
    fields = {
        "barcode": barcode, "title": "Işıltılı pamuk tişört", "productMainId": f"M-{barcode}", "brandId": 70001,
        "categoryId": 520, "quantity": 40, "stockCode": f"S-{barcode}", "origin": "TR", "dimensionalWeight": 1,
        "description": "<p>Yumuşak 🧵</p>", "listPrice": 349.90, "salePrice": 299.90, "vatRate": 10,
        "images": [{"url": "https://img.example.test/1.jpg"}],
        "attributes": [
            {"attributeId": COLOUR, "customAttributeValue": "Lacivert"},
            {"attributeId": WEB_COLOUR, "attributeValueId": 2889},
            {"attributeId": SIZE, "attributeValueId": 4601},
            {"attributeId": GENDER, "attributeValueId": 2875},
        ],
    }  # fmt: skip
    return fields | changes


class Shop:
    """The remote and a seller who calls it."""

    def __init__(self, remote: Remote | None = None, **dials: float) -> None:
        self.remote = remote or build(url="http://sandbox.test/trendyol", seed=7, dials=Dials(**dials), state_dir=None)
        self.seller = self.remote.credentials["seller_id"]
        c = self.remote.credentials
        pair = b64encode(f"{c['api_key']}:{c['api_secret']}".encode()).decode()
        self.headers = {"Authorization": f"Basic {pair}", "User-Agent": c["user_agent"]}

    def call(
        self, method: str, path: str, *, headers: dict[str, str | None] | None = None, **more: Any
    ) -> httpx.Response:
        """One call; ``{s}`` in the path is the seller, a header of None is left out."""
        sent = {k: v for k, v in {**self.headers, **(headers or {})}.items() if v is not None}

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.remote.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test") as client:
                client.headers.clear()
                return await client.request(method, path.replace("{s}", self.seller), headers=sent, **more)

        return asyncio.run(send())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.call("GET", path, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> httpx.Response:
        return self.call("POST", path, json=json, **more)

    def put(self, path: str, json: Any = None, **more: Any) -> httpx.Response:
        return self.call("PUT", path, json=json, **more)

    def after(self, seconds: float) -> None:
        """Time passes and the server does what is due."""
        self.remote.clock.advance(seconds)
        asyncio.run(self._tick())

    async def _tick(self) -> None:
        self.remote.tick()

    def do(self, action: str, **facts: Any) -> dict[str, Any]:
        return self.remote.actions[action](**facts)

    def verdicts(self, answer: httpx.Response, **more: Any) -> list[tuple[str, list[str]]]:
        """(status, reasons) of each item of the batch that a write opened."""
        assert answer.status_code == 200, answer.text
        self.after(0.3)
        shown = self.batch(answer.json()["batchRequestId"], **more)
        return [(item["status"], item["failureReasons"]) for item in shown["items"]]

    def batch(self, batch_id: str, **more: Any) -> dict[str, Any]:
        return self.get(f"/product/sellers/{{s}}/products/batch-requests/{batch_id}", **more).json()

    def create(self, *products: dict[str, Any], **more: Any) -> list[tuple[str, list[str]]]:
        return self.verdicts(self.post("/product/sellers/{s}/v2/products", {"items": list(products)}, **more), **more)

    def offer(self, *items: dict[str, Any], **more: Any) -> httpx.Response:
        return self.post("/inventory/sellers/{s}/products/price-and-inventory", {"items": list(items)}, **more)

    def live(
        self, barcode: str = "KZY-1", quantity: int = 10, sale_price: float = 100.0, **more: Any
    ) -> dict[str, Any]:
        return self.do(
            "seed_product", barcode=barcode, title="Pamuk tişört", quantity=quantity, sale_price=sale_price, **more
        )

    def order(self, barcode: str = "KZY-1", quantity: int = 1, **more: Any) -> dict[str, Any]:
        return self.do("place_order", lines=[{"barcode": barcode, "quantity": quantity}], **more)

    def orders(self, query: str = "", **more: Any) -> list[dict[str, Any]]:
        return self.get(f"/order/sellers/{{s}}/v2/orders?{query}", **more).json()["content"]

    def package(self, package_id: int, **more: Any) -> dict[str, Any]:
        return self.orders(f"shipmentPackageIds={package_id}", **more)[0]

    def move(self, placed: dict[str, Any], status: str, **params: str) -> httpx.Response:
        lines = [{"lineId": n["line_id"], "quantity": n["quantity"]} for n in placed["lines"]]
        return self.put(self.path(placed), {"lines": lines, "params": params, "status": status})

    def path(self, placed: dict[str, Any]) -> str:
        return f"/order/sellers/{{s}}/shipment-packages/{placed['package_id']}"

    def kinds(self, *kinds: str) -> list[dict[str, Any]]:
        return list(self.remote.ledger.of(*kinds))


class Receiver:
    """A web server on this machine that takes webhooks, or refuses them while ``status`` says so."""

    def __init__(self) -> None:
        self.status, self.taken = 200, list[tuple[dict[str, str], bytes]]()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.taken.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/news"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
