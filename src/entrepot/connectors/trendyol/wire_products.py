"""Listings in Trendyol's words (pages "Product filter approved V2", "unapproved V2", "stock and price", "base")."""

from __future__ import annotations

from typing import Annotated, ClassVar

from entrepot.kit.wire import Ref, Wire

from .types import Flag, Many, Number, SomeRef, Text, because

_OURS = because(
    "we sent it, and compare what was acknowledged",
    "description images media attributes productMainId origin vatRate dimensionalWeight cargoProviders "
    "deliveryOption deliveryOptions locationBasedDelivery lotNumber channels docNeeded",
)
_FILED = because("we chose it, and it is fixed once approved", "brand category")
_DATES = because(
    "when it happened there; the window of the question decides what is read",
    "creationDate lastModifiedDate lastModifiedBy sellerCreatedDate sellerModifiedDate lockDate archivedDate "
    "createDateTime lastUpdateDate lastPriceChangeDate lastStockChangeDate stockLastModifiedDate approvedDate",
)
_SHOP = because(
    "how Trendyol sells it",
    "onSale variantId supplierId commission productUrl hasViolation listingId priceSeenByCustomer",
)


class Stock(Wire):
    """Without ``quantity`` it was never set."""

    quantity: int | None = None
    IGNORED: ClassVar[dict[str, str]] = _DATES


class Price(Wire):
    """What we ask; what a buyer sees after campaigns is Trendyol's affair."""

    salePrice: Number = None
    listPrice: Number = None
    IGNORED: ClassVar[dict[str, str]] = _SHOP


class Variant(Wire):
    """One barcode on an approved card."""

    barcode: Ref
    stockCode: Text = ""
    locked: Flag = False
    lockReason: Text = ""
    archived: Flag = False
    blacklisted: Flag = False
    stock: Stock | None = None
    price: Price | None = None
    IGNORED: ClassVar[dict[str, str]] = {**_OURS, **_FILED, **_DATES, **_SHOP}


class Named(Wire):
    """A brand or category that a card is filed under."""

    id: SomeRef = None
    IGNORED: ClassVar[dict[str, str]] = because("the id names it", "name")


class Card(Wire):
    """An approved card with its variants."""

    contentId: Ref
    brand: Named | None = None
    category: Named | None = None
    title: Text = ""
    variants: Annotated[list[Variant], Many]
    IGNORED: ClassVar[dict[str, str]] = {**_OURS, **_DATES}


class RejectReason(Wire):
    """Why it was refused, in short and at length."""

    rejectReason: Text = ""
    rejectReasonDetail: Text = ""


class Unapproved(Wire):
    """A listing that waits for approval, or was refused."""

    barcode: Ref
    status: str
    title: Text = ""
    stockCode: Text = ""
    quantity: int | None = None
    listPrice: Number = None
    salePrice: Number = None
    rejectReasonDetails: Annotated[list[RejectReason], Many] = []
    IGNORED: ClassVar[dict[str, str]] = {**_OURS, **_FILED, **_DATES, **_SHOP}


class Listing(Wire):
    """Exactly one of the two; which question brought it decides."""

    approved: Card | None = None
    unapproved: Unapproved | None = None


class Figures(Wire):
    """Price and stock of one barcode."""

    barcode: Ref
    salePrice: Number = None
    listPrice: Number = None
    quantity: int | None = None
    stockCode: Text = ""
    IGNORED: ClassVar[dict[str, str]] = {**_DATES, **_SHOP}


class Observed(Wire):
    """A card with the figures of its variants, and nothing of their state."""

    contentId: Ref
    variants: Annotated[list[Figures], Many]
    IGNORED: ClassVar[dict[str, str]] = {**_OURS, **_FILED}


class Base(Wire):
    """The short answer about one barcode."""

    barcode: Ref
    approved: bool
    archived: Flag = False
    contentId: SomeRef = None
    IGNORED: ClassVar[dict[str, str]] = {**_DATES, **_SHOP}


class Reason(Wire):
    """A reason of quality control."""

    type: Text = ""
    reason: Text = ""
    detail: Text = ""
    IGNORED: ClassVar[dict[str, str]] = because("already told in the text", "parameters")


class Review(Wire):
    """What quality control said of one changed field. ``status``: SUCCESS, FAIL or RUNNING."""

    type: str
    status: str
    rejectReasons: Annotated[list[Reason], Many] = []
    IGNORED: ClassVar[dict[str, str]] = because(
        "the listing itself shows what holds",
        "completedDate changedTitle existingTitle changedDescription existingDescription changedMedias existingMedias "
        "changedAttributes existingAttributes",
    )


class Audit(Wire):
    """A change of a card on its way through quality control."""

    barcode: SomeRef = None
    contentId: Ref
    batchRequestId: SomeRef = None
    updates: Annotated[list[Review], Many] = []
    IGNORED: ClassVar[dict[str, str]] = because("the request is told by its batch", "requestDate")
