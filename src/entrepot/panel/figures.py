"""The numbers of the home page, each counted over the actor's own rows and no further than ten thousand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from entrepot.catalog.models import Product
from entrepot.channels.models import Channel
from entrepot.core.actor import Actor
from entrepot.events.models import ParkedEvent
from entrepot.fulfilment.admin import late
from entrepot.fulfilment.models import Package
from entrepot.ingress.models import DriftSeen, SetAside
from entrepot.inventory.models import Shortage
from entrepot.listings.models import Listing
from entrepot.orders.models import Order

_MOST = 10_000
_ORDERS_TO_LOOK_AT = ("new", "edited", "awaiting_confirmation")
_PRODUCTS_TO_APPROVE = ("new", "edited", "awaiting_approval", "changed")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its words, the list behind it, and how it looks when it is not zero."""

    name: str
    label: Any
    count: int
    url: str
    tone: str

    @property
    def is_capped(self) -> bool:
        """Whether there may be more than were counted."""
        return self.count >= _MOST

    @property
    def shown_tone(self) -> str:
        """Zero is calm."""
        return self.tone if self.count else "calm"


Rows = Callable[[QuerySet[Any], datetime], QuerySet[Any]]

# name, words, model, which of its rows, page, filter of the page, tone when there are any
_FIGURES: list[tuple[str, Any, Any, Rows, str, str, str]] = [
    ("orders_today", _("orders of the last 24 hours"), Order,
     lambda r, at: r.filter(is_history=False, placed_at__gte=at - timedelta(days=1)), "orders_order",
     "placed=day&history=no", "good"),
    ("orders_open", _("orders to approve"), Order,
     lambda r, _at: r.filter(is_history=False, state__in=_ORDERS_TO_LOOK_AT), "orders_order",
     "look=approve&history=no", "look"),
    ("orders_failed", _("orders that failed"), Order,
     lambda r, _at: r.filter(is_history=False, state="failed"), "orders_order", "state=failed&history=no", "bad"),
    ("packages_late", _("late packages"), Package,
     lambda r, at: r.filter(late(at)), "fulfilment_package", "late=yes", "bad"),
    ("packages_to_pick", _("packages to pick"), Package,
     lambda r, _at: r.filter(state="created"), "fulfilment_package", "state=created", "look"),
    ("shortages", _("shortages"), Shortage,
     lambda r, _at: r.filter(ended_at__isnull=True), "inventory_shortage", "open=yes", "bad"),
    ("listings_live", _("live listings"), Listing,
     lambda r, _at: r.filter(state="live"), "listings_listing", "state=live", "good"),
    ("listings_lacking", _("listings that lack a fact"), Listing,
     lambda r, _at: r.filter(state__in=("draft", "failed")).exclude(missing=[]), "listings_listing", "facts=lacking",
     "look"),
    ("products_to_approve", _("products to approve"), Product,
     lambda r, _at: r.filter(state__in=_PRODUCTS_TO_APPROVE, refusal=""), "catalog_product", "work=approve", "look"),
    ("aside", _("records set aside"), SetAside,
     lambda r, _at: r.filter(state="open"), "ingress_setaside", "state=open", "bad"),
    ("drift", _("undeclared foreign fields"), DriftSeen, lambda r, _at: r, "ingress_driftseen", "", "look"),
    ("channels_out", _("channels without access"), Channel,
     lambda r, _at: r.filter(state="locked_out"), "channels_channel", "state=locked_out", "bad"),
]  # fmt: skip


def figures(who: Actor, at: datetime) -> list[Figure]:
    """What a person looks at first in the morning. One SQL query a figure."""
    found = [
        _figure(name, label, chosen(model.objects.for_actor(who), at), page, query, tone)
        for name, label, model, chosen, page, query, tone in _FIGURES
    ]
    if who.seller_ids is None:
        parked = ParkedEvent.objects.filter(is_guilty=True)
        found.append(_figure("parked", _("parked events"), parked, "events_parkedevent", "is_guilty__exact=1", "bad"))
    return found


def _figure(name: str, label: Any, rows: QuerySet[Any], page: str, query: str, tone: str) -> Figure:
    count = rows.order_by().values("pk")[:_MOST].count()
    return Figure(name, label, count, f"{reverse(f'admin:{page}_changelist')}?{query}".rstrip("?"), tone)
