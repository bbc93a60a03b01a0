"""The tables that end a walk."""

from __future__ import annotations

from django.db.models import Count, Sum
from rich.console import Console
from rich.table import Table

from entrepot.catalog.models import Product, Variant
from entrepot.channels.models import CallLog
from entrepot.egress.models import PushBatch
from entrepot.fulfilment.models import Package
from entrepot.ingress.models import SetAside
from entrepot.listings.models import Listing
from entrepot.orders.models import Order

from .judge import judge
from .remotes import Sandbox


def show_work(console: Console, sandbox: Sandbox, *, seconds: float) -> None:
    """What happened: goods, listings, orders, calls, faults survived."""
    table = Table(title="What happened")
    table.add_column("")
    table.add_column("count", justify="right")
    refused = Product.objects.system().exclude(refusal="")
    rows = [
        ("products in", Product.objects.system().count()),
        ("variants in", Variant.objects.system().count()),
        ("records set aside, with reasons", SetAside.objects.system().count()),
        ("products that cannot be sold abroad", refused.count()),
        ("listings that lack something", Listing.objects.system().exclude(missing=[]).count()),
        *_by_state("listings", Listing),
        *_by_state("orders", Order),
        *_by_state("packages", Package),
        ("labels", Package.objects.system().filter(label__isnull=False).count()),
        *_batches(),
        *_calls(),
        *((f"fault met: {name.replace('_', ' ')}", n) for name, n in _faults(sandbox).items()),
        ("seconds", round(seconds)),
    ]
    for name, count in rows:
        table.add_row(name, str(count))
    console.print(table)
    for product in refused.order_by("id")[:10]:
        console.print(f"[dim]not sold abroad:[/] {product.title}: {product.refusal}")
    for row in (
        Listing.objects.system()
        .filter(state="draft", storefront__code="TR")
        .select_related("variant")
        .order_by("id")[:10]
    ):
        lacks = "; ".join(f"{m['field']} {m['why']}" for m in row.missing)
        console.print(f"[dim]not listed:[/] {row.variant.sku}: {lacks}")
    for aside in SetAside.objects.system().order_by("id")[:10]:
        console.print(f"[dim]set aside:[/] {aside.subject}: {aside.field} {aside.reason}")


def _by_state(name: str, model: object) -> list[tuple[str, int]]:
    rows = model.objects.system().values_list("state").annotate(n=Count("id")).order_by("state")  # type: ignore[attr-defined]
    return [(f"{name} {state}", n) for state, n in rows]


def _batches() -> list[tuple[str, int]]:
    rows = PushBatch.objects.system().values_list("capability").annotate(n=Count("id"), items=Sum("item_count"))
    return [(f"batches {name.replace('_', ' ')} ({items} items)", n) for name, n, items in rows.order_by("capability")]


def _calls() -> list[tuple[str, int]]:
    return [
        ("calls to remotes", CallLog.objects.count()),
        ("of them repeated", CallLog.objects.filter(attempt__gt=1).count()),
        ("of them without an answer", CallLog.objects.filter(status__isnull=True).count()),
    ]


def _faults(sandbox: Sandbox) -> dict[str, int]:
    found: dict[str, int] = {}
    for slug in sandbox.credentials:
        for name, n in sandbox.faults_done(slug).items():
            found[name] = found.get(name, 0) + n
    return dict(sorted(found.items()))


def show_figures(console: Console, sandbox: Sandbox) -> bool:
    """Every figure from both sides; whether all agree."""
    figures = judge(sandbox)
    table = Table(title="Judged from the remotes' own ledgers")
    for name in ("figure", "hub", "remote", ""):
        table.add_column(name, justify="right" if name in ("hub", "remote") else "left")
    for f in figures:
        table.add_row(
            f.name, str(f.hub), str(f.remote), "[green]agrees[/]" if f.agrees else f"[red]differs[/] {f.detail}"
        )
    console.print(table)
    return all(f.agrees for f in figures)
