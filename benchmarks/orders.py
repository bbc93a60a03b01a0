"""Orders of five marketplaces into five shops through the whole pipe, beside as many bare POSTs, and beside Celery."""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass, field
from decimal import Decimal
from io import StringIO
from typing import Any

from .celery_orders import by_celery
from .figures import Figure, Stopwatch, rss_mib
from .hub import Remotes, hub
from .sellers import Connected, connect, write_goods

SELLERS, EACH, RUNS, LIMIT_S = 5, 100, 3, 240.0
_CANCELS, _LATE = 20, 25  # every so many orders are cancelled once the shop has them; are paid only later
# Of the shops' answers; every poll of a marketplace overlaps the one before, so that nearly all come again.
_FAULTS = {"lost_answer": 0.08, "too_many_requests": 0.02, "server_error": 0.02}


def measure() -> Figure:
    """Median of three runs of 500 orders that wait on five marketplaces: pulled, reserved, approved, made in the shop.

    Ten channels, each with its own limits, on both sides; shops whose answers get lost after they saved the orders.

    Raises:
        AssertionError: an order was lost, made twice, or has another total, from the ledgers of the remotes.
    """
    with hub() as home, ExitStack() as stack, redirect_stdout(StringIO()):
        write_goods(home / "goods.csv")
        remotes = [
            stack.enter_context(Remotes("--catalogue", str(home / "goods.csv"), "--seed", str(n + 1)))
            for n in range(SELLERS)
        ]
        sellers = [connect(there, n) for n, there in enumerate(remotes)]
        ours, floor, done = Stopwatch(), Stopwatch(), 0
        for run in range(1, RUNS + 1):
            done += _run(sellers, ours, run)
            with floor.run():
                _post(remotes)
        told = _judged(sellers)
        assert not any(told[wrong] for wrong in ("lost", "twice", "wrong total", "not cancelled")), dict(told)
        peer = by_celery([bare_order(there) for there in remotes for _ in range(EACH)])
        return Figure(
            id="orders", unit="orders/s", ours=ours.per_second(SELLERS * EACH), floor=floor.per_second(SELLERS * EACH),
            peer=peer, rss_mib=rss_mib(), cpu_s=ours.cpu_s, runs=RUNS,
            work=f"{done} orders, {SELLERS} × Trendyol into {SELLERS} × WooCommerce; {_words(told)}",
        )  # fmt: skip


def _words(told: Counter[str]) -> str:
    names = ("lost", "twice", "wrong total", "answers lost", "cancelled after the push", "paid late")
    return ", ".join(f"{name} {told[name]}" for name in names)


@dataclass(slots=True)
class Life:
    """What buyers do in one run: packages to be paid, and orders to be cancelled once they are in the shop."""

    seller: Connected
    unpaid: list[int] = field(default_factory=list)
    regretted: dict[str, int] = field(default_factory=dict)


def _run(sellers: Sequence[Connected], ours: Stopwatch, run: int) -> int:
    """Orders are placed, then the worker starts: timed until the shops have all; then it goes on until quiet."""
    lives = [_placed(seller) for seller in sellers]
    for seller in sellers:
        seller.remotes.dial("woocommerce", **_FAULTS)
    with worker():
        with ours.run():
            _until(lambda: _in_shops() >= run * SELLERS * EACH, lives)
        _until(lambda: _is_quiet(run), lives)
    for seller in sellers:
        seller.remotes.dial("woocommerce", **dict.fromkeys(_FAULTS, 0.0))
    return SELLERS * EACH


def _in_shops() -> int:
    from entrepot.orders.models import Order

    return int(Order.objects.system().exclude(store_ref="").count())


def _placed(seller: Connected) -> Life:
    life = Life(seller)
    for n in range(EACH):
        chosen = [seller.barcodes[(n * 7 + i) % len(seller.barcodes)] for i in range(1 + n % 3)]
        lines = [
            {"barcode": barcode, "quantity": 1 + n % 2, "discount_percentage": 10 * (n % 4 == 0)} for barcode in chosen
        ]
        told = seller.remotes.act("trendyol", "place_order", lines=lines, awaiting=n % _LATE == 1)
        if n % _LATE == 1:
            life.unpaid.append(int(str(told["package_id"])))
        elif n % _CANCELS == 0:
            life.regretted[str(told["order_number"])] = int(str(told["package_id"]))
    return life


def _until(is_done: Any, lives: Sequence[Life]) -> None:
    until = time.monotonic() + LIMIT_S
    while not is_done():
        if time.monotonic() > until:
            raise TimeoutError(f"not done after {LIMIT_S:.0f} s")
        for life in lives:
            _live(life)
        time.sleep(0.1)


def _live(life: Life) -> None:
    """Who had not paid pays; who regrets cancels, as soon as the shop has the order."""
    from entrepot.orders.models import Order

    while life.unpaid:
        life.seller.remotes.act("trendyol", "pay", package_id=life.unpaid.pop())
    rows = Order.objects.for_seller(life.seller.seller.id).filter(order_ref__in=list(life.regretted))
    for ref in rows.exclude(store_ref="").values_list("order_ref", flat=True):
        life.seller.remotes.act("trendyol", "cancel", package_id=life.regretted.pop(ref))


def _is_quiet(run: int) -> bool:
    """Whether no intent is open, no receipt waits, and every cancellation has come in."""
    from entrepot.channels.models import Intent
    from entrepot.fulfilment.models import Package
    from entrepot.ingress.models import Receipt

    wanted = SELLERS * len(range(0, EACH, _CANCELS)) * run
    return (
        Package.objects.system().filter(state="cancelled").count() >= wanted
        and not Intent.objects.system().filter(state__in=["planned", "sent", "unknown"]).exists()
        and not Receipt.objects.system().filter(status="queued").exists()
    )


@contextmanager
def worker() -> Iterator[None]:
    """Every drainer, in threads of this process."""
    from entrepot.jobs.worker import run_worker

    stop = threading.Event()
    thread = threading.Thread(target=run_worker, args=(stop,), kwargs={"with_jobs": False}, name="bench-worker")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _judged(sellers: Sequence[Connected]) -> Counter[str]:
    """What the remotes' own ledgers say became of every order."""
    from entrepot.demo.judge import read_market

    told: Counter[str] = Counter()
    for seller in sellers:
        market = read_market(seller.remotes.ledger("trendyol"))
        shop = _made(seller.remotes.ledger("woocommerce"))
        for number, entry in market.orders.items():
            made = shop.get(number, [])
            told["lost"] += not made
            told["twice"] += len(made) > 1
            is_over = bool(made) and made[0]["status"] == "cancelled"
            told["not cancelled"] += (number in market.cancelled) != is_over
            told["wrong total"] += bool(made) and Decimal(made[0]["total"]) != Decimal(entry["total"])
        told["cancelled after the push"] += len(market.cancelled)
        told["paid late"] += len(range(1, EACH, _LATE)) * RUNS
        told["answers lost"] += seller.remotes.faults_done("woocommerce").get("lost_answer", 0)
    return told


def _made(entries: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Orders of ours as the shop's ledger leaves them, by the marketplace's number."""
    orders: dict[int, dict[str, Any]] = {}
    for entry in entries:
        if entry["kind"] == "order.created":
            orders[entry["id"]] = dict(entry)
        elif entry["kind"] == "order.updated" and entry["id"] in orders:
            orders[entry["id"]] |= {"status": entry["status"], "total": entry["total"]}
    shop: dict[str, list[dict[str, Any]]] = {}
    for order in orders.values():
        if number := order["meta"].get("_entrepot_order"):
            shop.setdefault(number, []).append(order)
    return shop


def _post(remotes: Sequence[Remotes]) -> None:
    """As many orders of one line, one after the other, by a plain client that keeps its connection."""
    for there in remotes:
        for _ in range(EACH):
            url, query, body = bare_order(there)
            there.http.post(url, params=query, json=body).raise_for_status()


def bare_order(there: Remotes) -> tuple[str, dict[str, str], dict[str, Any]]:
    """Address, signed query and body of one order of one line."""
    from entrepot.kit.auth import OAuth1, Signing

    told = there.credentials["woocommerce"]
    url, auth = f"{told['url']}/wp-json/wc/v3/orders", OAuth1("consumer_key", "consumer_secret")
    address = {"first_name": "Jale", "last_name": "Işık", "country": "TR", "city": "İzmir", "address_1": "Kordon 1"}
    line = {"sku": "BENCH-00001", "quantity": 1, "total": "10.00"}
    body = {"status": "processing", "billing": address, "shipping": address, "line_items": [line]}
    signed = auth.sign(Signing("POST", url, {}, int(time.time()), secrets.token_hex(16), told))
    return url, dict(signed.query), body
