"""What is counted: zeros that have to be, and what has to have happened for the zeros to mean anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

ZEROS = {
    "orders_lost": "orders of the marketplace that the hub, or the shop, does not have",
    "orders_duplicated": "orders that the hub or the shop has twice, or that nobody placed",
    "orders_wrong_total": "orders with another total in the hub or in the shop",
    "orders_wrong_goods": "orders with other pieces in the hub than on the marketplace",
    "orders_not_ended": "orders cancelled there and alive here, or the reverse",
    "packages_wrong": "packages that the hub lacks, or has in another state",
    "published_unknown": "stock published that was above what the hub knew of, or that it never wanted",
    "promised_unknown": "goods promised for no order, or taken from the shelf twice or never",
    "stock_out_of_step": "goods whose stock differs between shop, hub and marketplace",
    "prices_out_of_step": "goods whose price differs between shop, hub and marketplace",
    "goods_lost": "products of the shop that the hub does not have",
    "events_lost": "events recorded that were not numbered, or that the subscriber never saw",
    "events_twice": "events numbered twice, seen twice, or never recorded",
    "events_disordered": "events of one subject that were seen out of order",
    "histories_broken": "states that do not follow from the one before",
    "webhooks_lost": "webhooks that we answered with 200 and of which nothing is kept",
    "webhooks_forged_taken": "forged webhooks that we took",
    "receipts_open": "receipts without an end",
    "intents_open": "intents without an end",
    "claims_open": "claims of processes that are dead",
    "items_open": "items, batches, listings, marks, runs or feeds without an end",
    "races_open": "goods sold twice of which no buyer was told no and no more was bought",
    "limits_exceeded": "calls beyond a remote's limits",
    "buyers_mailed": "mails of the shop to buyers of the marketplace",
}
HAPPENED = {
    "kills": "processes killed with -9",
    "timeouts_after_commit": "writes that a remote did without answering",
    "webhooks_duplicated": "webhooks that came twice",
    "webhooks_late": "webhooks that came after younger news",
    "webhooks_forged": "webhooks with a wrong secret",
    "races": "goods sold beyond what there was, by remotes that could not know of each other",
}
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it has to be: which counter it raises, and what it is."""

    counter: str
    detail: str


@dataclass(slots=True)
class Verdict:
    """Everything counted in one run."""

    zeros: Counter[str] = field(default_factory=Counter)
    details: dict[str, list[str]] = field(default_factory=dict)
    happened: dict[str, int] = field(default_factory=dict)
    told: dict[str, object] = field(default_factory=dict)  # beside the counters: what was done, by whom, how often

    def count(self, findings: Iterable[Finding]) -> None:
        """Add findings."""
        for finding in findings:
            if finding.counter not in ZEROS:
                raise ValueError(f"no counter {finding.counter!r}; there are: {', '.join(ZEROS)}")
            self.zeros[finding.counter] += 1
            self.details.setdefault(finding.counter, []).append(finding.detail)

    @property
    def missing(self) -> list[str]:
        """What should have happened and did not: the zeros prove nothing then."""
        return [name for name in HAPPENED if not self.happened.get(name)]

    @property
    def holds(self) -> bool:
        """Whether every zero is one, and everything happened."""
        return not +self.zeros and not self.missing

    def as_dict(self) -> dict[str, object]:
        """All of it for JSON."""
        return {
            "holds": self.holds, "zeros": {name: self.zeros[name] for name in ZEROS},
            "happened": {name: self.happened.get(name, 0) for name in HAPPENED},
            "details": {name: some[:SHOWN] for name, some in self.details.items()}, **self.told,
        }  # fmt: skip
