"""Manners towards the remotes."""

from __future__ import annotations

from collections.abc import Iterator

from proof.counters import Finding
from proof.facts import Facts
from proof.ledgers import TR, WOO


def check_manners(facts: Facts) -> Iterator[Finding]:
    """No limit was exceeded by all processes together, and the shop wrote to no buyer of the marketplace."""
    for e in facts.entries(TR, "limit.exceeded"):
        yield Finding("limits_exceeded", str({k: v for k, v in e.items() if k not in ("seq", "at", "kind")}))
    ours = {order.id for order in facts.shop_orders.values() if order.our_ref}
    for e in facts.entries(WOO, "mail.sent"):
        if e["audience"] == "buyer" and e["order_id"] in ours:
            yield Finding("buyers_mailed", f"{e['mail']} of order {e['order_id']}")
