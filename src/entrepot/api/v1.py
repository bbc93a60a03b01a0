"""The REST API of version 1: every domain's router under one roof."""

from __future__ import annotations

from ninja import NinjaAPI, Router

from entrepot.accounts.api import routers as accounts
from entrepot.audit.api import router as audit
from entrepot.catalog.api import routers as catalog
from entrepot.channels.api import routers as channels
from entrepot.events.api import router as events
from entrepot.fulfilment.api import router as packages
from entrepot.ingress.api import routers as ingress
from entrepot.inventory.api import router as stock
from entrepot.jobs.api import router as runs
from entrepot.listings.api import router as listings
from entrepot.orders.api import routers as orders
from entrepot.pricing.api import router as prices
from entrepot.web import problems
from entrepot.web.idempotency import idempotent
from entrepot.web.parameters import known_parameters
from entrepot.web.parser import StrictParser

from .document import describe
from .order_detail import router as order_detail
from .readers import known_only

ROUTERS: tuple[Router, ...] = (
    *accounts, *channels, *ingress, *catalog, stock, prices, listings, *orders, order_detail, packages, runs,
    events, audit,
)  # fmt: skip
# A sheet's address would be taken for a product's: ingress comes before the catalogue.


class EntrepotAPI(NinjaAPI):
    """Ninja's API with a document that says what errors look like, and an example for each body."""

    def get_openapi_schema(self, **options):  # type: ignore[no-untyped-def]  # noqa: ANN003, ANN201
        return describe(super().get_openapi_schema(**options))


api = EntrepotAPI(
    title="Entrepot",
    version="1",
    description="What the hub knows and does. Lists are paged by an opaque cursor; money is text with its currency;"
    " a POST with an `Idempotency-Key` is done once, however often it is sent; one that could not be read or was not"
    " allowed (400 to 404, 422) leaves its key free. A parameter that an address does not know is refused with 422.",
    urls_namespace="api-1",
    parser=StrictParser(),
    docs_decorator=known_only,
)
problems.install(api)
api.add_decorator(known_parameters, mode="view")
api.add_decorator(idempotent, mode="view")
for router in ROUTERS:
    api.add_router("", router)
