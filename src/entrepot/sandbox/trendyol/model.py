"""What the simulated marketplace keeps: plain records that go into a snapshot as they are.

Instants are ms since 1970, UTC. Money in orders is whole hundredths of the package's currency; prices of listings are
the JSON numbers that the seller sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Listing:
    """One barcode on one storefront, from the moment its creation was taken. ``product`` is as the seller sent it."""

    storefront: str
    barcode: str
    product: dict[str, Any]
    quantity: int
    list_price: float
    sale_price: float
    status: str = "pendingApproval"  # approved, rejected
    created_ms: int = 0
    modified_ms: int = 0
    price_ms: int = 0
    stock_ms: int | None = None
    approved_ms: int = 0
    review_no: int = 0
    reasons: list[dict[str, str]] = field(default_factory=list)
    content_id: int = 0
    variant_id: int = 0
    listing_id: str = ""
    archived_ms: int | None = None
    locked: str = ""
    locked_ms: int | None = None
    blacklisted: bool = False

    @property
    def key(self) -> str:
        """Where the world keeps it."""
        return listing_key(self.storefront, self.barcode)

    @property
    def on_sale(self) -> bool:
        """A buyer sees it and can put it in the basket."""
        live = self.status == "approved" and self.archived_ms is None and not self.locked and not self.blacklisted
        return live and self.quantity > 0


def listing_key(storefront: str, barcode: str) -> str:
    """``TR/8690000000017``."""
    return f"{storefront}/{barcode}"


@dataclass(slots=True)
class Content:
    """A product card: one per model code and slicer values. ``attributes`` are those that no variant owns."""

    id: int
    storefront: str
    main_id: str
    brand_id: int
    category_id: int
    title: str
    description: str
    images: list[dict[str, Any]]
    attributes: list[dict[str, Any]]
    created_ms: int
    modified_ms: int
    barcodes: list[str] = field(default_factory=list)
    audits: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Batch:
    """A batch request; ``items`` are as the result shows them, ``IN_PROGRESS`` until processed.

    ``repeats`` are the positions of items whose key stood in the request before; they fail.
    """

    id: str
    type: str
    storefront: str
    created_ms: int
    modified_ms: int
    expires_ms: int
    items: list[dict[str, Any]]
    repeats: list[int] = field(default_factory=list)
    is_done: bool = False
    is_forgotten: bool = False


@dataclass(slots=True)
class Line:
    """Units of one barcode in one package; ``units`` holds seller's and marketplace's discount of each unit."""

    id: int
    barcode: str
    gross: int
    units: list[list[int]]
    item_ids: list[int]
    vat_rate: float
    shown: dict[str, Any]
    status: str = "Created"
    cancelled_by: str = ""
    cancel_reason: str = ""
    cancel_code: int = 0
    labor_cost: float = 0

    @property
    def quantity(self) -> int:
        """Units in this line."""
        return len(self.units)


@dataclass(slots=True)
class Package:
    """What one waybill covers. ``buyer`` holds names, addresses and payment; ``odd`` overrides what is shown."""

    id: int
    order_number: str
    storefront: str
    currency: str
    ordered_ms: int
    status: str
    lines: list[Line]
    buyer: dict[str, Any]
    carrier: str
    created_by: str = "order-creation"
    origin_ids: list[int] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    modified_ms: int = 0
    change_no: int = 0
    tracking_number: int = 0
    sender_number: str = ""
    provider_name: str = ""
    return_tracking: str = ""
    is_alternative: bool = False
    is_splitting: bool = False
    is_micro: bool = False
    boxes: int = 1
    deci: float = 1.0
    warehouse_id: int = 372001
    extra_days: int = 0
    carrier_changed_ms: int = 0
    invoice_number: str | None = None
    invoice_link: str | None = None
    by_service: bool = False
    odd: dict[str, Any] = field(default_factory=dict)
    odd_line: dict[str, Any] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """What the buyer pays for it."""
        return sum(line.gross - seller - ty for line in self.lines for seller, ty in line.units)


@dataclass(slots=True)
class Webhook:
    """A subscription; secrets are kept and never shown. ``failures`` counts in a row."""

    id: str
    url: str
    authentication: str
    username: str | None
    password: str | None
    api_key: str | None
    statuses: list[str]
    created_ms: int
    modified_ms: int | None = None
    is_active: bool = True
    failures: int = 0


@dataclass(slots=True)
class Message:
    """A webhook delivery that has not succeeded yet; ``sent_ms`` is set while an attempt is on its way."""

    id: int
    webhook_id: str
    package_id: int
    order_number: str
    status: str
    body: str
    next_ms: int
    failures: int = 0
    is_on_its_way: bool = False
