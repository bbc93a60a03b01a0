"""The documented limits of request rates, counted on the simulator's clock.

Always 50 requests in 10 s per endpoint; per minute by tier for the product family (a whole group shares one count)
and for each order service. What was exceeded is in the ledger as ``limit.exceeded``.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from entrepot.sandbox.clock import Clock
    from entrepot.sandbox.ledger import Ledger

    from .switches import Switches

TIERS = ("50K", "75K", "150K", "500K", "unlimited")

PER_MINUTE: dict[str, tuple[int | None, ...]] = {
    "product_read": (1000, 1250, 1500, 1750, 2000),
    "product_write": (200, 300, 400, 500, 600),
    "offer_write": (350, 500, 1000, 1500, 2000),
    "order_list": (30, 40, 50, 100, 100),
    "order_stream": (1000, 1000, 1000, 1000, 1000),
    "order_move": (300, 300, 500, None, None),
    "order_change": (100, 100, 200, None, None),
    "order_manual": (1000, 1000, 1500, None, None),
    "label": (100, 100, 100, 100, 100),
}
SHARED = {"product_read", "product_write", "offer_write"}  # one count for all calls of the group
PRICES_PER_MINUTE = 30  # of one barcode


class Limiter:
    """Sliding or fixed windows; a refused request is not counted. The windows are forgotten over a restart."""

    def __init__(self, clock: Clock, ledger: Ledger, switches: Switches) -> None:
        self._clock, self._ledger, self._switches = clock, ledger, switches
        self.enabled, self.tier, self.scale = True, TIERS[0], 1.0
        self._seen: dict[str, deque[float]] = {}

    def settings(self) -> dict[str, Any]:
        """``enabled``, ``tier``, ``scale``."""
        return {"enabled": self.enabled, "tier": self.tier, "scale": self.scale}

    def set(self, enabled: bool | None = None, tier: str | None = None, scale: float | None = None) -> dict[str, Any]:
        """Change what is given; ``scale`` multiplies every limit.

        Raises:
            ValueError: an unknown tier, or a scale that is not above zero.
        """
        if tier is not None and tier not in TIERS:
            raise ValueError(f"tier must be one of {', '.join(TIERS)}, not {tier!r}")
        if scale is not None and (isinstance(scale, bool) or not isinstance(scale, (int, float)) or scale <= 0):
            raise ValueError(f"scale must be a number above 0, not {scale!r}")
        self.enabled = self.enabled if enabled is None else bool(enabled)
        self.tier = tier or self.tier
        self.scale = self.scale if scale is None else float(scale)
        return self.settings()

    def admits(self, endpoint: str, group: str) -> bool:
        """Count one request to ``endpoint`` (method and path template) of ``group``; false when it is one too many."""
        windows = [(f"10s {endpoint}", 50, 10)]
        allowed = PER_MINUTE[group][TIERS.index(self.tier)] if group else None
        if allowed is not None:
            windows.append((f"60s {group if group in SHARED else endpoint}", allowed, 60))
        return self._take(windows, endpoint=endpoint, group=group)

    def admits_price(self, storefront: str, barcode: str) -> bool:
        """Count one price update of a barcode; false when it is the 31st of a minute."""
        return self._take([(f"price {storefront}/{barcode}", PRICES_PER_MINUTE, 60)], barcode=barcode, group="price")

    def _take(self, windows: list[tuple[str, int, int]], **facts: str) -> bool:
        if not self.enabled:
            return True
        now = self._clock.time()
        for name, allowed, seconds in windows:
            seen = self._seen.setdefault(name, deque())
            oldest = now - seconds if self._switches.window == "sliding" else now - now % seconds
            while seen and (seen[0] <= oldest if self._switches.window == "sliding" else seen[0] < oldest):
                seen.popleft()
            if len(seen) >= max(1, int(allowed * self.scale)):
                self._ledger.write("limit.exceeded", limit=name, allowed=allowed, per_s=seconds, **facts)
                return False
        for name, _, _ in windows:
            self._seen[name].append(now)
        return True
