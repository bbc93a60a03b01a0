"""The store's payloads in WooCommerce's words (REST v3; fields are added without a new version)."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from entrepot.kit.wire import Ref, Wire

from .types import Flag, Managed, Many, Number, Text


def _because(reason: str, names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), reason)


_LINKS = _because("addresses of the API itself", "_links")
_LOCAL = _because("the site's clock; the _gmt twin is read", "date_created date_modified")
_SHOP_WINDOW = _because(
    "how the shop shows it; we sell elsewhere",
    "slug permalink featured catalog_visibility price_html menu_order purchase_note reviews_allowed "
    "average_rating rating_count total_sales related_ids upsell_ids cross_sell_ids default_attributes tags "
    "post_password button_text external_url has_options purchasable generated_slug permalink_template min_price "
    "max_price",
)
_STOCK_RULES = _because(
    "the shop's own rule; we read what is on hand",
    "low_stock_amount backorders backorders_allowed backordered sold_individually",
)
_ELSEWHERE = _because(
    "the shop's own carriage and files; our packages travel with the channel's carrier",
    "shipping_required shipping_taxable shipping_class shipping_class_id downloads download_limit download_expiry "
    "download_type",
)
_WINDOWS = _because(
    "on_sale already says whether the sale price counts now",
    "date_on_sale_from date_on_sale_from_gmt date_on_sale_to date_on_sale_to_gmt",
)


class Meta(Wire):
    """One pair of free data; the value may be any JSON."""

    key: Text
    value: Any = None
    IGNORED: ClassVar[dict[str, str]] = _because("of no use beside key and value", "id display_key display_value")


class Term(Wire):
    """A category or brand on a product."""

    id: Ref
    name: Text
    IGNORED: ClassVar[dict[str, str]] = _because("the id names it", "slug")


class Image(Wire):
    """A picture; ``id`` is the attachment's."""

    src: Text
    IGNORED: ClassVar[dict[str, str]] = _because(
        "the address is enough",
        "id date_created date_created_gmt date_modified date_modified_gmt name alt srcset sizes thumbnail",
    )


class Dimensions(Wire):
    """Lengths in the store's unit."""

    length: Number = None
    width: Number = None
    height: Number = None


class Attribute(Wire):
    """A product's attribute; ``id`` 0 is known by its name only. ``variation``: variants differ in it."""

    id: Ref = "0"
    name: Text
    variation: Flag = False
    options: Annotated[list[Text], Many] = Field(default_factory=list)
    IGNORED: ClassVar[dict[str, str]] = _because("how the shop shows it", "slug position visible")


class Choice(Wire):
    """A variation's value of one attribute; an empty option means any."""

    id: Ref = "0"
    name: Text = ""
    option: Text = ""
    IGNORED: ClassVar[dict[str, str]] = _because("the name is enough", "slug")


class Sold(Wire):
    """What products and variations have in common."""

    id: Ref
    name: Text = ""
    type: Text = ""
    status: Text = "publish"
    parent_id: Ref = "0"
    sku: Text = ""
    global_unique_id: Text = ""
    price: Number = None
    regular_price: Number = None
    sale_price: Number = None
    on_sale: Flag = False
    virtual: Flag = False
    downloadable: Flag = False
    tax_status: Text = "taxable"
    tax_class: Text = ""
    manage_stock: Managed = False
    stock_quantity: Number = None
    stock_status: Text = ""
    weight: Number = None
    dimensions: Dimensions | None = None
    description: Text = ""
    short_description: Text = ""
    date_modified_gmt: Text = ""
    meta_data: Annotated[list[Meta], Many] = Field(default_factory=list)


class Product(Sold):
    """A product; the variants of a variable one are fetched apart."""

    type: Text
    categories: Annotated[list[Term], Many] = Field(default_factory=list)
    brands: Annotated[list[Term], Many] = Field(default_factory=list)
    images: Annotated[list[Image], Many] = Field(default_factory=list)
    attributes: Annotated[list[Attribute], Many] = Field(default_factory=list)
    IGNORED: ClassVar[dict[str, str]] = {
        **_LINKS, **_LOCAL, **_SHOP_WINDOW, **_STOCK_RULES, **_ELSEWHERE, **_WINDOWS,
        **_because("not needed: changes are found by date_modified_gmt", "date_created_gmt"),
        **_because("variations are fetched whole", "variations"),
        **_because("a group is not sold as one", "grouped_products"),
        **_because("the shop's own cost accounting", "cost_of_goods_sold"),
    }  # fmt: skip


class Variation(Sold):
    """One variant of a variable product."""

    image: Image | None = None
    attributes: Annotated[list[Choice], Many] = Field(default_factory=list)
    IGNORED: ClassVar[dict[str, str]] = {
        **_LINKS, **_LOCAL, **_SHOP_WINDOW, **_STOCK_RULES, **_ELSEWHERE, **_WINDOWS,
        **_because("not needed: changes are found by date_modified_gmt", "date_created_gmt"),
        **_because("the shop's own cost accounting", "cost_of_goods_sold"),
    }  # fmt: skip


class Category(Wire):
    """A product category; ``parent`` 0 is a root."""

    id: Ref
    name: Text
    parent: Ref = "0"
    IGNORED: ClassVar[dict[str, str]] = {
        **_LINKS, **_because("how the shop shows it", "slug description display image menu_order count")
    }  # fmt: skip


class Line(Wire):
    """A line of an order. ``product_id`` 0: the store did not recognise what we sent."""

    id: Ref = ""
    name: Text = ""
    product_id: Ref = "0"
    sku: Text = ""
    meta_data: Annotated[list[Meta], Many] = Field(default_factory=list)
    IGNORED: ClassVar[dict[str, str]] = _because(
        "we sent the line and know its figures; the order's total is compared",
        "variation_id quantity tax_class subtotal subtotal_tax total total_tax taxes price image parent_name "
        "global_unique_id tax_status",
    )


class LineTax(Wire):
    """What one rate takes of a line."""

    id: Ref
    total: Number = None
    IGNORED: ClassVar[dict[str, str]] = _because("after discounts counts", "subtotal")


class HeldLine(Wire):
    """A line of an order with its figures, for taking pieces out of it."""

    id: Ref
    name: Text = ""
    sku: Text = ""
    quantity: int
    total: Number = None
    taxes: Annotated[list[LineTax], Many] = Field(default_factory=list)
    meta_data: Annotated[list[Meta], Many] = Field(default_factory=list)
    IGNORED: ClassVar[dict[str, str]] = _because(
        "only pieces and amounts count here",
        "product_id variation_id tax_class subtotal subtotal_tax total_tax price image parent_name global_unique_id "
        "tax_status",
    )


class Refund(Wire):
    """Pieces that were taken out of an order; ``reason`` is our reference when we did it."""

    id: Ref
    reason: Text = ""
    IGNORED: ClassVar[dict[str, str]] = {
        **_LINKS, **_LOCAL,
        **_because("the reference tells it", "date_created_gmt amount refunded_by refunded_payment meta_data "
                   "line_items shipping_lines tax_lines fee_lines parent_id"),
    }  # fmt: skip


class Fee(Wire):
    """A fee of an order; ours is named ``Rounding``."""

    name: Text = ""
    IGNORED: ClassVar[dict[str, str]] = _because(
        "the order's total is compared", "id tax_class tax_status amount total total_tax taxes meta_data"
    )


class Order(Wire):
    """An order in the store. Ours carry ``_entrepot_ref`` in their meta."""

    id: Ref
    number: Text = ""
    status: Text
    currency: Text
    total: Number
    date_modified_gmt: Text = ""
    meta_data: Annotated[list[Meta], Many] = Field(default_factory=list)
    line_items: Annotated[list[Line], Many] = Field(default_factory=list)
    fee_lines: Annotated[list[Fee], Many] = Field(default_factory=list)
    IGNORED: ClassVar[dict[str, str]] = {
        **_LINKS, **_LOCAL,
        **_because("personal data that we sent ourselves", "billing shipping customer_id customer_ip_address "
                   "customer_user_agent customer_note"),
        **_because("we sent the order; its total is compared", "discount_total discount_tax shipping_total "
                   "shipping_tax cart_tax total_tax prices_include_tax tax_lines shipping_lines coupon_lines refunds"),
        **_because("of the shop's own checkout", "parent_id order_key created_via version currency_symbol "
                   "date_created_gmt payment_method payment_method_title transaction_id date_paid date_paid_gmt "
                   "date_completed date_completed_gmt cart_hash payment_url is_editable needs_payment "
                   "needs_processing fulfillment_status"),
    }  # fmt: skip


class Tracking(Wire):
    """A shipment of an order: of the core's fulfilments (in its meta), or of a tracking plugin (in its fields)."""

    tracking_number: Text = ""
    tracking_provider: Text = ""
    custom_tracking_provider: Text = ""
    is_fulfilled: Flag = True
    meta_data: Annotated[list[Meta], Many] = Field(default_factory=list)
    IGNORED: ClassVar[dict[str, str]] = {
        **_LINKS,
        **_because("number and carrier are enough", "tracking_id tracking_link custom_tracking_link date_shipped "
                   "products status_shipped"),
        **_because("which lines it covers is the shop's affair", "id entity_id entity_type status date_updated "
                   "date_deleted date_fulfilled"),
    }  # fmt: skip


class Webhook(Wire):
    """A subscription; its secret is never told."""

    id: Ref
    status: Text
    topic: Text
    delivery_url: Text
    IGNORED: ClassVar[dict[str, str]] = {
        **_LINKS, **_LOCAL,
        **_because("the topic says it", "name resource event hooks api_version"),
        **_because("when it was made", "date_created_gmt date_modified_gmt"),
    }  # fmt: skip


class Option(Wire):
    """One setting of the store."""

    id: Text
    value: Any = None
    IGNORED: ClassVar[dict[str, str]] = {
        **_LINKS, **_because("how the shop's own page shows it", "label description type default tip options group_id "
                             "placeholder"),
    }  # fmt: skip


class TaxRate(Wire):
    """One row of the store's tax table; ``rate`` is a percentage, ``class`` ``standard`` where products say nothing."""

    id: Ref
    country: Text = ""
    state: Text = ""
    postcode: Text = ""
    city: Text = ""
    postcodes: Annotated[list[Text], Many] = Field(default_factory=list)
    cities: Annotated[list[Text], Many] = Field(default_factory=list)
    rate: Number
    priority: Text = "1"
    compound: Flag = False
    tax_class: Text = Field("", alias="class")
    IGNORED: ClassVar[dict[str, str]] = {
        **_LINKS, **_because("of no weight in a line's net price", "name shipping order"),
    }  # fmt: skip


class Index(Wire):
    """The discovery document of the site."""

    namespaces: Annotated[list[Text], Many]
    timezone_string: Text = ""
    gmt_offset: Number = None
    routes: dict[str, Any] = Field(default_factory=dict)
    IGNORED: ClassVar[dict[str, str]] = {
        **_LINKS, **_because("how the site presents itself", "name description url home authentication site_logo "
                             "site_icon site_icon_url page_for_posts page_on_front show_on_front"),
    }  # fmt: skip


class Fact(Wire):
    """One thing the store says of itself: exactly one of the three."""

    option: Option | None = None
    tax: TaxRate | None = None
    index: Index | None = None
