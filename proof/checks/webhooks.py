"""Webhooks: what we answered with 200 is kept, and what was forged is not taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from proof.counters import Finding
from proof.facts import Facts
from proof.ledgers import TR, WOO
from proof.rows import rows

TAKEN = 200
_RECEIPTS = """
SELECT split_part(identity, ':', 1), coalesce(raw->>'shipmentPackageStatus', raw->>'status') FROM ingress_receipt
 WHERE kind = 'package'"""
_HINTS = "SELECT refs, extract(epoch FROM at) * 1000 FROM proof.hinted WHERE feed = 'products' ORDER BY no"
# The caller waits ten seconds for our answer, and notes it when it came.
_ANSWERED_MS, _CLOCK_MS = 12_000, 500


def check_kept(facts: Facts) -> Iterator[Finding]:
    """Of each message of the marketplace that we took there is a receipt of that package in that status."""
    kept = set(rows(_RECEIPTS))
    for e in facts.entries(TR, "webhook.sent"):
        if e["status"] == TAKEN and (str(e["package_id"]), e["package_status"]) not in kept:
            yield Finding("webhooks_lost", f"package {e['package_id']} in {e['package_status']}: no receipt")
    for slug in (TR, WOO):
        for e in facts.entries(slug, "webhook.forged"):
            if e["status"] == TAKEN:
                yield Finding("webhooks_forged_taken", f"{slug} {e['label']}")


def check_hinted(facts: Facts) -> Iterator[Finding]:
    """Of each message of the shop about a product that we took there is a hint of its own to fetch that product."""
    hints: dict[str, list[float]] = defaultdict(list)
    for refs, at in rows(_HINTS):
        for ref in refs or ("*",):
            hints[ref].append(float(at))
    sent = [e for e in facts.entries(WOO, "webhook.sent") if e["status"] == TAKEN and "resource_id" in e]
    for e in sorted(sent, key=lambda e: e["at"]):
        if not e["topic"].startswith("product."):
            continue
        for ref in (str(e["whole_id"]), str(e["resource_id"]), "*"):
            fits = [at for at in hints[ref] if e["at"] - _ANSWERED_MS <= at <= e["at"] + _CLOCK_MS]
            if fits:
                if ref != "*":
                    hints[ref].remove(fits[-1])
                break
        else:
            yield Finding("webhooks_lost", f"{e['topic']} {e['resource_id']}: no hint")
