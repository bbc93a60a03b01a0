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
_BODIES = "SELECT encode(sha256(body), 'hex') FROM ingress_receipt WHERE body IS NOT NULL"
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
    """Each message of the shop about a product that we took is kept as it came, with a hint to fetch that product.

    The same bytes again bring no hint of their own: that of the first time counts, which we may not have answered.
    """
    bodies = {digest for (digest,) in rows(_BODIES)}
    hints: dict[str, list[float]] = defaultdict(list)
    for refs, at in rows(_HINTS):
        for ref in refs or ("*",):
            hints[ref].append(float(at))
    sent = [e for e in facts.entries(WOO, "webhook.sent") if str(e.get("topic", "")).startswith("product.")]
    first: dict[str, int] = {}
    for e in sorted(sent, key=lambda e: e["at"]):
        since = first.setdefault(e["digest"], e["at"]) - _ANSWERED_MS
        if e["status"] != TAKEN:
            continue
        if e["digest"] not in bodies:
            yield Finding("webhooks_lost", f"{e['topic']} {e['resource_id']}: what came is not kept")
        told = [at for ref in {str(e["whole_id"]), str(e["resource_id"]), "*"} for at in hints[ref]]
        if not any(since <= at <= e["at"] + _CLOCK_MS for at in told):
            yield Finding("webhooks_lost", f"{e['topic']} {e['resource_id']}: no hint")
