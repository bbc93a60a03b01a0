"""How the shop is set up: what its owner chose in the WooCommerce settings, and switches of the simulator."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

ORDER_STATUSES = {
    "pending": "Pending payment",
    "processing": "Processing",
    "on-hold": "On hold",
    "completed": "Completed",
    "cancelled": "Cancelled",
    "refunded": "Refunded",
    "failed": "Failed",
    "checkout-draft": "Draft",
}
TAX_CLASSES = {"standard": "Standard", "reduced-rate": "Reduced rate", "zero-rate": "Zero rate"}


def sample_rates() -> list[dict[str, Any]]:
    """The sample shop's rates: percent by country and class; a country without a row is untaxed."""
    rows = [
        ("TR", "20", "standard"),
        ("TR", "10", "reduced-rate"),
        ("DE", "19", "standard"),
        ("DE", "7", "reduced-rate"),
    ]
    names = {"TR": "KDV", "DE": "MwSt."}
    return [
        {"id": n, "country": country, "rate": rate, "name": names[country], "class": cls, "shipping": True}
        for n, (country, rate, cls) in enumerate(rows, start=1)
    ]


@dataclass(slots=True)
class Settings:
    """Changed by the ``configure`` action; everything is JSON."""

    title: str = "Kehribar Dükkân"
    currency: str = "TRY"
    currency_symbol: str = "₺"
    base_country: str = "TR"
    weight_unit: str = "kg"
    dimension_unit: str = "cm"
    prices_include_tax: bool = True
    timezone: str = "Europe/Istanbul"
    version: str = "10.2.1"
    admin_email: str = "shop@kehribar.test"
    no_stock_amount: int = 0
    tax_rates: list[dict[str, Any]] = field(default_factory=sample_rates)
    shipment_tracking: bool = False  # the official plugin's namespace
    advanced_tracking: bool = False  # the other plugin's, wc-ast
    fulfillments: bool = False  # the core feature flag
    bump_modified: bool = True  # an order moves its products' date_modified and fires product.updated
    order_updated_times: int = 2  # how often one save of an order emits order.updated
    html_mode: bool = False  # every read answers 200 with a page
    php_notice: bool = False  # a notice is printed before the JSON
    text_quantities: bool = False  # a plugin turns stock_quantity into a string
    assume_https: bool = False  # treat plain http as TLS, for clients that cannot sign

    @property
    def zone(self) -> ZoneInfo:
        """The site's zone."""
        return ZoneInfo(self.timezone)

    def rate(self, country: str, tax_class: str) -> dict[str, Any] | None:
        """The rate that applies, or None; the class ``""`` is the standard one."""
        wanted = tax_class or "standard"
        return next((r for r in self.tax_rates if r["country"] == country and r["class"] == wanted), None)

    def fraction(self, country: str, tax_class: str) -> Decimal:
        """The rate as a fraction, 0 when none applies."""
        rate = self.rate(country, tax_class)
        return Decimal(rate["rate"]) / 100 if rate else Decimal(0)

    def change(self, **changes: Any) -> dict[str, Any]:
        """Set some of them; returns all.

        Raises:
            ValueError: an unknown name or a value of another type; says which names there are.
        """
        known = {f.name for f in fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"unknown setting {name!r}; allowed: {', '.join(sorted(known))}")
            if type(value) is not type(getattr(self, name)):
                raise ValueError(f"setting {name} must be a {type(getattr(self, name)).__name__}")
        for name, value in changes.items():
            setattr(self, name, value)
        return asdict(self)
