"""The numbers of the home page, each counted over the actor's own rows and no further than ten thousand."""

from __future__ import annotations

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


def _count(rows: QuerySet[Any]) -> int:
    return rows.order_by().values("pk")[:_MOST].count()


def _figure(name: str, label: Any, rows: QuerySet[Any], page: str, query: str, tone: str) -> Figure:
    return Figure(name, label, _count(rows), f"{reverse(f'admin:{page}_changelist')}?{query}".rstrip("?"), tone)


def figures(who: Actor, at: datetime) -> list[Figure]:
    """What a person looks at first in the morning. One SQL query a figure."""

    def own(model: Any) -> QuerySet[Any]:
        rows: QuerySet[Any] = model.objects.for_actor(who)
        return rows

    orders, listings = own(Order).filter(is_history=False), own(Listing)
    to_approve = own(Product).filter(state__in=_PRODUCTS_TO_APPROVE, refusal="")
    found = [
        _figure(
            "orders_today",
            _("orders of the last 24 hours"),
            orders.filter(placed_at__gte=at - timedelta(days=1)),
            "orders_order",
            "",
            "good",
        ),
        _figure(
            "orders_open",
            _("orders to approve"),
            orders.filter(state__in=_ORDERS_TO_LOOK_AT),
            "orders_order",
            "history=no",
            "look",
        ),
        _figure(
            "orders_failed",
            _("orders that failed"),
            orders.filter(state="failed"),
            "orders_order",
            "state=failed",
            "bad",
        ),
        _figure(
            "packages_late", _("late packages"), own(Package).filter(late(at)), "fulfilment_package", "late=yes", "bad"
        ),
        _figure(
            "packages_to_pick",
            _("packages to pick"),
            own(Package).filter(state="created"),
            "fulfilment_package",
            "state=created",
            "look",
        ),
        _figure(
            "shortages",
            _("shortages"),
            own(Shortage).filter(ended_at__isnull=True),
            "inventory_shortage",
            "open=yes",
            "bad",
        ),
        _figure(
            "listings_live", _("live listings"), listings.filter(state="live"), "listings_listing", "state=live", "good"
        ),
        _figure(
            "listings_lacking",
            _("listings that lack a fact"),
            listings.filter(state__in=("draft", "failed")).exclude(missing=[]),
            "listings_listing",
            "facts=missing",
            "look",
        ),
        _figure("products_to_approve", _("products to approve"), to_approve, "catalog_product", "", "look"),
        _figure(
            "aside", _("records set aside"), own(SetAside).filter(state="open"), "ingress_setaside", "state=open", "bad"
        ),
        _figure("drift", _("undeclared foreign fields"), own(DriftSeen), "ingress_driftseen", "", "look"),
        _figure(
            "channels_out",
            _("channels without access"),
            own(Channel).filter(state="locked_out"),
            "channels_channel",
            "state=locked_out",
            "bad",
        ),
    ]
    if who.seller_ids is None:
        parked = ParkedEvent.objects.filter(is_guilty=True)
        found.append(_figure("parked", _("parked events"), parked, "events_parkedevent", "is_guilty__exact=1", "bad"))
    return found
