"""One order with all that is about it: lines, parties, packages and what happened."""

from __future__ import annotations

from typing import Any

from ninja import Router
from pydantic import Field

from entrepot.events.queries import history
from entrepot.fulfilment.api import PackageOut
from entrepot.fulfilment.models import Package
from entrepot.listings.api import HappenedOut
from entrepot.orders.api.shapes import AdjustmentOut, LineOut, OrderOut, PartyOut
from entrepot.orders.models import Order
from entrepot.orders.services import lowered_total
from entrepot.orders.states import ORDER
from entrepot.web.areas import ActorRequest, Area
from entrepot.web.shapes import MoneyOut, money

router = Router(auth=Area("orders"), tags=["orders"])


class OrderWhole(OrderOut):
    """An order with lines, parties, packages and its history, oldest first."""

    lines: list[LineOut]
    parties: list[PartyOut]
    adjustments: list[AdjustmentOut]
    packages: list[PackageOut]
    timeline: list[HappenedOut]
    store_lowered: MoneyOut | None = Field(
        description="what the store's order was lowered by after cancellations; null: it does not have it"
    )

    @staticmethod
    def resolve_store_lowered(row: Any) -> Any:
        return money(lowered_total(row), row.store_currency) if row.store_currency else None

    @staticmethod
    def resolve_packages(row: Any) -> Any:
        return row.all_packages


@router.get("/orders/{order_id}", response=OrderWhole, operation_id="get_order", summary="Get an order")
def get_order(request: ActorRequest, order_id: int) -> Any:
    """One order with all about it. Eight SQL queries and two for each time that the store's order was lowered."""
    actor = request.auth
    rows = Order.objects.for_actor(actor).prefetch_related("lines__order", "parties", "adjustments")
    row: Any = rows.get(id=order_id)
    packages = Package.objects.for_actor(actor).filter(order_id=row.id).prefetch_related("lines").order_by("id")
    row.all_packages, row.timeline = list(packages), history(machine=ORDER.name, subject_id=row.id)
    return row
