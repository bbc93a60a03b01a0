"""What the hub and every connector say to each other. Frozen, typed, no framework.

Money is ``Decimal`` with a currency beside it; instants are aware and UTC; weights are grams, lengths millimetres;
rates are fractions (0.20); ids of the other side are ``str`` and end in ``_ref``. None means "they did not say".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A category of a store or marketplace; ``path`` is its names from the root, joined by `` > ``."""

    category_ref: str
    name: str
    parent_ref: str | None = None
    path: str = ""
    is_leaf: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """An attribute that a marketplace wants in one category.

    ``is_custom`` allows free text; ``is_slicer`` makes a card of its own per value; ``is_varianter`` makes variants.
    """

    attribute_ref: str
    category_ref: str
    name: str
    is_required: bool
    is_custom: bool
    is_slicer: bool = False
    is_varianter: bool = False
    is_multiple: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeValue:
    """An allowed value of an attribute in one category."""

    value_ref: str
    attribute_ref: str
    category_ref: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """A brand that a marketplace knows."""

    brand_ref: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """What is sold: one colour and size of a product, as a store tells it.

    ``quantity`` is on hand as told, maybe negative; None where the store does not count. ``options`` are the
    values that set this variant apart. ``notes`` are oddities that a person should see. ``shared_stock_ref``: the
    product of which ``quantity`` is, shared by its variants; None: its own.
    """

    variant_ref: str
    sku: str | None
    gtin: str | None = None
    title: str = ""
    options: dict[str, str] = field(default_factory=dict)
    regular_price: Decimal | None = None
    sale_price: Decimal | None = None
    currency: str | None = None
    quantity: int | None = None
    shared_stock_ref: str | None = None
    is_published: bool = True
    weight_g: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    tax_class: str = ""
    images: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What a store sells, with its variants. ``kind`` is simple, variable, virtual, external or grouped.

    ``refusal`` says why it cannot be sold abroad at all (virtual, grouped, …); None when it can.
    """

    product_ref: str
    kind: str
    title: str
    description: str = ""
    brand: str | None = None
    categories: tuple[Category, ...] = ()
    attributes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    images: tuple[str, ...] = ()
    is_published: bool = True
    modified_at: datetime | None = None
    variants: tuple[Variant, ...] = ()
    refusal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReading:
    """How much of a variant a store says it has, as in :class:`Variant`."""

    variant_ref: str
    product_ref: str
    sku: str | None
    quantity: int | None
    is_published: bool = True
    regular_price: Decimal | None = None
    sale_price: Decimal | None = None
    shared_stock_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeChoice:
    """One attribute as it goes out with a listing: by the marketplace's value id, or as text where it allows that."""

    attribute_ref: str
    value_ref: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A listing's content as it goes to a marketplace. ``model_ref`` groups the variants of one product."""

    listing_ref: str
    sku: str
    model_ref: str
    title: str
    description: str
    brand_ref: str
    category_ref: str
    attributes: tuple[AttributeChoice, ...]
    images: tuple[str, ...]
    origin: str
    vat_rate: Decimal
    weight_g: int
    list_price: Decimal
    sale_price: Decimal
    currency: str
    quantity: int
    storefront: str
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    content_ref: str | None = None  # the marketplace's id of the card, once it has one


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Price and stock of a listing as they go out. None: this lane does not travel now. Zero is a value."""

    listing_ref: str
    storefront: str
    quantity: int | None = None
    sale_price: Decimal | None = None
    list_price: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one item of a batch. ``is_ok`` None: not decided yet. ``is_repeat``: refused because the same
    was sent a short while ago, which proves nothing about the value the remote holds. ``content_ref`` set: the remote
    judged its card, and the verdict counts for every listing on it (``listing_ref`` may be empty then).
    ``batch_ref``: the request that it judges, where the answer speaks of several.
    """

    listing_ref: str
    is_ok: bool | None
    reason: str = ""
    is_repeat: bool = False
    content_ref: str | None = None
    batch_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchReply:
    """The answer to a batch, or to asking for it. ``batch_ref`` set: ask later. ``is_known`` False: forgotten."""

    verdicts: tuple[Verdict, ...] = ()
    batch_ref: str | None = None
    is_done: bool = False
    is_known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """A listing as the marketplace shows it. ``state``: live, pending, refused, closed or locked; empty where the
    answer tells only its figures. ``category_ref`` and ``brand_ref`` are what it was filed under there.
    """

    listing_ref: str
    state: str
    content_ref: str | None = None
    sku: str | None = None
    title: str | None = None
    quantity: int | None = None
    sale_price: Decimal | None = None
    list_price: Decimal | None = None
    reason: str = ""
    category_ref: str | None = None
    brand_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A person or firm with an address, as told; empty texts where it is masked or not known yet."""

    name: str = ""
    company: str = ""
    phone: str = ""
    email: str = ""
    lines: tuple[str, ...] = ()
    district: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""
    tax_number: str = ""
    tax_office: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One SKU in a purchase. Amounts are per unit, tax included: gross − discounts = ``unit_price``."""

    line_ref: str
    listing_ref: str
    sku: str
    title: str
    quantity: int
    unit_gross: Decimal
    unit_seller_discount: Decimal
    unit_channel_discount: Decimal
    unit_price: Decimal
    vat_rate: Decimal
    state: str = ""
    unit_prices: tuple[Decimal, ...] = ()  # one per unit where units differ by a cent


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A purchase as a marketplace tells it: what one waybill covers, with the order it belongs to.

    ``state`` is ours (fulfilment.states.PACKAGE); ``their_status`` is the word as sent. ``total`` is what the buyer
    pays, tax included. ``origin_refs`` name the packages that this one replaces.
    """

    package_ref: str
    order_ref: str
    storefront: str
    state: str
    their_status: str
    placed_at: datetime
    modified_at: datetime
    currency: str
    lines: tuple[Line, ...]
    gross: Decimal
    seller_discount: Decimal
    channel_discount: Decimal
    total: Decimal
    ship_to: Party
    bill_to: Party
    shipping: Decimal = Decimal(0)
    is_paid: bool = True
    is_export: bool = False
    tracking_ref: str | None = None
    tracking_url: str | None = None
    carrier: str | None = None
    pays_carriage: str = "channel"  # or "seller": who issues the waybill
    ship_by: datetime | None = None
    invoice_number: str | None = None
    origin_refs: tuple[str, ...] = ()
    made_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesLine:
    """A line of an order on its way to a store. ``gross`` is the whole line, tax included."""

    sku: str
    product_ref: str
    variant_ref: str
    title: str
    quantity: int
    gross: Decimal
    vat_rate: Decimal
    tax_class: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesOrder:
    """An order on its way to a store. ``our_ref`` is searched for before anything is sent twice."""

    our_ref: str
    channel: str
    order_ref: str
    placed_at: datetime
    currency: str
    lines: tuple[SalesLine, ...]
    shipping: Decimal
    total: Decimal
    ship_to: Party
    bill_to: Party
    tracking_ref: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreOrder:
    """An order as the store now holds it. ``state``: open, fulfilled, cancelled or refunded."""

    store_ref: str
    number: str
    state: str
    their_status: str
    total: Decimal
    currency: str
    our_ref: str | None
    modified_at: datetime | None = None
    tracking_ref: str | None = None
    carrier: str | None = None
    invoice_number: str | None = None
    missing_skus: tuple[str, ...] = ()  # lines that the store did not recognise


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageMove:
    """A move of a package that we tell a marketplace. ``event`` is ours: pick, invoice, unsupply, split, hand_over."""

    event: str
    package_ref: str
    lines: tuple[tuple[str, int], ...]  # (line_ref, quantity)
    invoice_number: str | None = None
    reason: str | None = None
    tracking_ref: str | None = None
    carrier: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A waybill's label as the carrier or channel made it. ``format``: zpl or pdf."""

    tracking_ref: str
    format: str
    pages: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A webhook subscription as the remote holds it, or as we want it (``subscription_ref`` empty)."""

    subscription_ref: str
    url: str
    topic: str
    is_active: bool
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a verified webhook says. ``kind`` names the reading of ``raws`` (a key of ``Spec.kinds``).

    ``is_full`` payloads are applied as records; of a thin one only ``subject_refs`` count: fetch them. A ping has
    neither. ``identity`` is the same for every delivery of the same business fact.
    """

    kind: str
    topic: str
    is_full: bool
    raws: tuple[dict[str, Any], ...] = ()
    subject_refs: tuple[str, ...] = ()
    identity: str = ""
    told_at: datetime | None = None  # the remote's stamp of a thin one's subject; None: it tells none


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFacts:
    """What a store says of itself, needed to read its figures."""

    currency: str
    weight_unit: str
    length_unit: str
    prices_include_tax: bool
    time_zone: str = ""
    tax_rates: tuple[tuple[str, str, Decimal], ...] = ()  # (country, tax class, fraction)
    features: tuple[str, ...] = ()
