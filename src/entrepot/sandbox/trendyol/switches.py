"""What the vendor's pages leave open or say twice: one switch each, its default first among the allowed values.

Everything tagged ``assumed`` is ours and may differ from the real service; a client should survive every value.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(slots=True)
class Switches:
    """Choices where pages contradict each other, and the delays of the simulated back office."""

    # Shapes that pages show in two ways.
    category_list: str = "wrapped"
    attribute_value_key: str = "attributeValue"
    unapproved_pictures: str = "media"
    delivery_node: str = "deliveryOption"
    webhook_body: str = "envelope"
    order_names: str = "current"
    address_flags: str = "default"
    web_color_id: int = 348
    unknown_batch: str = "processing"

    # Assumed behaviour.
    dedup: str = "body"
    repeated_request_status: int = 400
    wrong_state_status: int = 400
    business_errors: str = "full"
    retry_after: bool = False
    window: str = "sliding"
    strict_user_agent: bool = True
    brand_by_name: str = "exact"
    stock_code_required: bool = True
    variant_update: str = "partial"
    unapproved_update: str = "keep"
    restock_on_cancel: bool = False
    unsupplied_locks: bool = False
    orders_default_size: int = 50
    order_query_shift_h: int = 0
    allow_localhost: bool = True
    passive_count: str = "message"
    v1_orders: str = "426"
    carriage: str = "trendyol"

    # Delays and counts.
    batch_delay_s: float = 0.3
    approval_delay_s: float = 0.8
    webhook_retry_s: float = 300.0
    webhook_failures: int = 13
    webhook_limit: int = 15

    def set(self, name: str, value: Any) -> dict[str, Any]:
        """Turn one switch and return all.

        Raises:
            ValueError: no such switch, or a value it does not take; says which it takes.
        """
        if name not in self.all():
            raise ValueError(f"unknown switch {name!r}; switches: {', '.join(sorted(self.all()))}")
        if name in CHOICES:
            if value not in CHOICES[name] or isinstance(value, bool) != isinstance(CHOICES[name][0], bool):
                raise ValueError(f"switch {name} takes {', '.join(map(repr, CHOICES[name]))}, not {value!r}")
        elif isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= MOST:
            raise ValueError(f"switch {name} takes a number from 0 to {MOST}, not {value!r}")
        setattr(self, name, value)
        return self.all()

    def all(self) -> dict[str, Any]:
        """Every switch with its present value."""
        return asdict(self)


MOST = 1_000_000
ON_OFF = (True, False)

CHOICES: dict[str, tuple[Any, ...]] = {
    "category_list": ("wrapped", "bare"),
    "attribute_value_key": ("attributeValue", "attributeValueName"),
    "unapproved_pictures": ("media", "images"),
    "delivery_node": ("deliveryOption", "deliveryOptions"),
    "webhook_body": ("envelope", "bare"),
    "order_names": ("current", "before_april_2026"),
    "address_flags": ("default", "isDefault"),
    "web_color_id": (348, 295),
    "unknown_batch": ("processing", "not_found"),
    "dedup": ("body", "item"),  # the same body, or the same values of one barcode, within 15 minutes
    "repeated_request_status": (400, 409, 429),
    "wrong_state_status": (400, 404),
    "business_errors": ("full", "bare"),  # bare: {"errors": [{}]}, as seen in the wild
    "retry_after": (False, True),
    "window": ("sliding", "fixed"),
    "strict_user_agent": ON_OFF,  # on: "{sellerId} - Name"; off: any non-empty text
    "brand_by_name": ("exact", "substring"),  # documented: case-sensitive; seen: substring, any case
    "stock_code_required": ON_OFF,  # stockCode and dimensionalWeight: required by the OpenAPI, not by the guide
    "variant_update": ("partial", "all"),
    "unapproved_update": ("keep", "500"),  # 500: too few fields break the service, as seen in the wild
    "restock_on_cancel": (False, True),
    "unsupplied_locks": (False, True),
    "orders_default_size": (50, 200),
    "order_query_shift_h": (0, 3),  # 3: startDate and endDate of the order list are read as GMT+3
    "allow_localhost": ON_OFF,
    "passive_count": ("message", "subscription"),  # whose failures in a row make a webhook passive
    "v1_orders": ("426", "open"),
    "carriage": ("trendyol", "seller"),  # who pays it: whoPays is 1 on the seller's own contract, else missing
}
