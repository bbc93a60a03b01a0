"""A Trendyol of a few lines, on the wire: it takes offers as its page says, refuses what a test calls guilty, and counts.

Page "Stock and price update": up to 1000 items, a batch id at once, verdicts later.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx

Answer = httpx.Response


class WireTrendyol:
    """``guilty`` refuses every request that holds one of them; ``failing`` fails the item alone."""

    def __init__(self) -> None:
        self.guilty: set[str] = set()
        self.failing: dict[str, str] = {}
        self.sent: list[list[dict[str, Any]]] = []
        self.batches: dict[str, list[dict[str, Any]]] = {}
        self.held: dict[str, dict[str, Any]] = {}
        self.answer: Callable[[], Answer] | None = None  # instead of taking the next write
        self.is_forgetful = False

    def __call__(self, request: httpx.Request) -> Answer:
        if request.url.path.endswith("/price-and-inventory"):
            return self._take(json.loads(request.content)["items"])
        if "/batch-requests/" in request.url.path:
            return self._verdicts(request.url.path.rsplit("/", 1)[1])
        if request.url.path.endswith("/inventory-and-price"):
            return self._figures(request.url.params["barcodes"].split(","))
        raise AssertionError(f"not served: {request.url}")

    def _take(self, items: list[dict[str, Any]]) -> Answer:
        self.sent.append(items)
        if self.answer is not None:
            return self.answer()
        if any(item["barcode"] in self.guilty for item in items):
            return Answer(400, json={"errors": [{"key": "invalid", "message": "geçersiz istek"}]})
        batch_id = f"batch-{len(self.sent)}"
        self.batches[batch_id] = items
        for item in items:
            if item["barcode"] not in self.failing:
                self.held.setdefault(item["barcode"], {}).update(item)
        return Answer(200, json={"batchRequestId": batch_id})

    def _verdicts(self, batch_id: str) -> Answer:
        if self.is_forgetful:
            return Answer(404, json={"errors": [{"message": "batch request not found"}]})
        rows = [
            {
                "requestItem": item, "status": "FAILED" if item["barcode"] in self.failing else "SUCCESS",
                "failureReasons": [self.failing[item["barcode"]]] if item["barcode"] in self.failing else [],
            }
            for item in self.batches[batch_id]
        ]  # fmt: skip
        return Answer(200, json={"batchRequestId": batch_id, "items": rows, "itemCount": len(rows)})

    def _figures(self, barcodes: list[str]) -> Answer:
        variants = [{"variantId": 1, **self.held[b]} for b in barcodes if b in self.held]
        cards = [{"contentId": 7, "productMainId": "M", "variants": variants}] if variants else []
        body = {"content": cards, "totalElements": len(cards), "totalPages": 1, "page": 0, "size": 100}
        return Answer(200, json=body)
