"""The declaration of a connector: everything a reader, the hub and the conformance suite must know, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from entrepot.core.errors import MappingError, RemoteError

from . import records
from .auth import Auth
from .requests import Account, Reply, Request, Window
from .wire import Wire

STORE = (
    "pull_facts", "pull_products", "pull_stock", "pull_prices", "push_order", "settle_total", "cancel_order",
    "pull_fulfilments", "register_webhooks", "read_webhook",
)  # fmt: skip
MARKETPLACE = (
    "pull_categories", "pull_attributes", "pull_values", "pull_brands", "push_listings", "close_listings",
    "push_offers", "poll_batch", "pull_listings", "pull_orders", "move_package", "split_package", "push_tracking",
    "get_label", "push_invoice", "register_webhooks", "read_webhook", "pull_claims", "decide_claim",
    "pull_questions", "answer_question", "pull_settlements", "pull_transactions",
)  # fmt: skip
CARRIER = ("quote", "create_label", "track", "cancel_label")
SUPPLIER = (
    "pull_offers", "pull_stock_status", "pull_images", "purchase", "pull_packages", "cancel_items", "pull_ratings",
)  # fmt: skip
CAPABILITIES: Mapping[str, tuple[str, ...]] = {
    "store": STORE, "marketplace": MARKETPLACE, "carrier": CARRIER, "supplier": SUPPLIER,
}  # fmt: skip
# What only some remotes have: a connector need not decide these.
OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "store": ("note_waybills", "pull_categories", "get_order_lines", "lower_order"),
    "marketplace": (
        "update_listings", "update_content", "update_variants", "reopen_listings", "unlock_listings",
        "pull_observed", "pull_orders_page", "pull_audits", "pull_addresses", "make_label",
    ),
}  # fmt: skip

PROOFS = ("hmac", "basic", "key")  # a signature over the body; a password; a key in a header

Raw = dict[str, Any]
Paged = tuple[Sequence[Any], Request | None]  # the raw records of one page, and the request for the next


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of thing that the remote sends, and what it becomes.

    ``unwrap`` gives the raw records of a whole answer, page, list or single object. ``into`` maps one of them;
    for a kind with details it is told the raw detail records too. It may give a tuple, when one of theirs is several
    of ours: records, and a MappingError for each part that could not be mapped. ``aliases`` are our names of it where
    the remote has another: a person may ask for either.
    """

    wire: type[Wire]
    into: Callable[..., Any]  # (theirs, account) or (theirs, account, details)
    unwrap: Callable[[Any], Sequence[Any]]
    name_of: Callable[[Any], str]  # "order 123" of a raw record, also of a broken one
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What has to be fetched beside a record before it can be mapped, such as the variations of a product."""

    kind: str
    first: Callable[[Account, Raw], Request | None]
    page: Callable[[Account, Request, Reply], Paged]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """Reads pages of one kind. ``max_window_days`` and ``max_refs`` are what one question may ask for.

    ``merge`` makes one record of all the records, where each page told only a part of one thing.
    """

    kind: str
    first: Callable[[Account, Window], Request]
    page: Callable[[Account, Request, Reply], Paged]
    details: Details | None = None
    max_window_days: float | None = None
    max_refs: int = 1
    overlap_s: int = 300  # how far behind the last watermark the next pull starts
    merge: Callable[[Sequence[Any]], Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """Sends many items in one call. ``read`` tells what became of them, or which batch to ask for.

    ``probe`` is a call that shows the right to do this and changes nothing.
    """

    chunk: int
    build: Callable[[Account, Sequence[Any]], Request]
    read: Callable[[Account, Sequence[Any], Reply], records.BatchReply]
    refused: Callable[[Account, Sequence[Any], RemoteError], records.BatchReply | None] = lambda *_: None
    probe: Callable[[Account], Request] | None = None
    batch_life_s: int | None = None  # verdicts are forgotten this long after the call


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """Asks what became of a batch. ``refused`` understands a refusal that is an answer: 404 for a forgotten one."""

    build: Callable[[Account, str], Request]
    read: Callable[[Account, Reply], records.BatchReply]
    refused: Callable[[Account, str, RemoteError], records.BatchReply | None] = lambda *_: None
    every_s: float = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call about one record. ``read`` gives the record that the answer means.

    ``find`` are the questions to ask before sending again what may have arrived: each with a reader that gives the
    record if it is there, else None. A call without ``find`` must be safe to repeat. Where the remote works later,
    what it does not show before ``shows_after_s`` may still come. ``many`` is the same call about several records.
    """

    build: Callable[[Account, Any], Request]
    read: Callable[[Account, Any, Reply], Any]
    find: tuple[Find, ...] = ()
    probe: Callable[[Account], Request] | None = None
    shows_after_s: float = 0.0
    many: Many | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """The same call about up to ``most`` records in one request, each with a verdict of its own.

    ``read`` gives, in the order of what was sent, the record that each became, or the error that the remote told of
    it alone: RemoteRefused where nothing was done, OutcomeUnknown where that is not certain. A refusal of the whole
    request has to mean that nothing of it was done.
    """

    most: int
    build: Callable[[Account, Sequence[Any]], Request]
    read: Callable[[Account, Sequence[Any], Reply], Sequence[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """A paged question for something that we may have created, by our reference. ``first_of`` asks for several."""

    first: Callable[[Account, Any], Request]
    page: Callable[[Account, Request, Reply], Paged]
    match: Callable[[Account, Any, Any], Any]  # (account, what we sent, raw) → record, or None
    first_of: Callable[[Account, Sequence[Any]], Request] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe:
    """The webhook subscriptions of an account.

    ``brings`` says which topics bring all news of a kind (a key of ``Spec.kinds``): where one of them is off, a poll
    alone brings it.
    """

    topics: tuple[str, ...]
    create: Callable[[Account, records.Subscription], Request]
    created: Callable[[Account, records.Subscription, Reply], records.Subscription]
    listing: Callable[[Account], Request]
    page: Callable[[Account, Request, Reply], Paged]
    into: Callable[[Account, Any], records.Subscription]
    update: Callable[[Account, records.Subscription], Request]
    activate: Callable[[Account, str], Request]
    deactivate: Callable[[Account, str], Request]
    delete: Callable[[Account, str], Request]
    brings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    url_rule: Callable[[str], str | None] = lambda _: None  # why the remote would refuse this address; None: fine


@dataclass(frozen=True, slots=True, kw_only=True)
class Receive:
    """Verifies and reads what a remote posts to us. Header names come in lower case.

    ``is_ping`` recognises the unsigned hello that some remotes send. ``verify`` is given the subscription's secret;
    ``proofs`` names what it looks at, of ``PROOFS``. ``networks`` are the only ones that the remote posts from, where
    it publishes them; empty: from anywhere. ``sent_at`` reads the instant of sending, where the remote proves one: what
    is further than ``replay_window_s`` from now is refused. Without it a repetition is known by what it says.
    """

    verify: Callable[[Mapping[str, str], bytes, str], bool]
    read: Callable[[Mapping[str, str], bytes], records.News]
    is_ping: Callable[[Mapping[str, str], bytes], bool] = lambda *_: False
    proofs: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    sent_at: Callable[[Mapping[str, str], bytes], datetime] | None = None
    replay_window_s: float = 300.0


Capability = Pull | Push | Poll | Call | Subscribe | Receive


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most ``count`` calls in ``per_s`` seconds within one scope: account, application, host or item.

    It counts calls of one endpoint each when ``each_endpoint``, else all calls whose group it names (``*``: all).
    ``by_tier`` gives other counts by the account's setting ``tier``.
    """

    count: int
    per_s: float
    scope: str = "account"
    group: str = "*"
    each_endpoint: bool = False
    by_tier: Mapping[str, int | None] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """One thing a person has to give to connect: shown by the panel and the command line."""

    name: str
    label: str
    is_secret: bool = True
    help: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A choice of a channel, with what is allowed and where we are not sure of the remote (``assumed``)."""

    name: str
    label: str
    default: Any
    allowed: tuple[Any, ...] = ()
    assumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StorefrontSpec:
    """A country's window that the remote has: its code, currency and language."""

    code: str
    country: str
    currency: str
    language: str
    vat_rates: tuple[str, ...] = ()  # fractions as text, that the remote accepts there


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A connector. ``can`` and ``cannot`` together decide every capability of its role.

    ``package_states`` and ``line_states`` translate each of their words into ours (fulfilment.states).
    ``words`` picks the remote's own words out of a refusal's body. ``classify`` may make a refusal something else.
    """

    slug: str
    label: str
    role: str
    docs: str
    docs_read: str
    auth: Auth
    credentials: tuple[Credential, ...]
    kinds: Mapping[str, Kind]
    can: Mapping[str, Capability]
    cannot: Mapping[str, str] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()
    settings: tuple[Setting, ...] = ()
    storefronts: tuple[StorefrontSpec, ...] = ()
    package_states: Mapping[str, str] = field(default_factory=dict)
    line_states: Mapping[str, str] = field(default_factory=dict)
    default_base_url: str = ""
    account_is: str = ""  # what account_ref has to be, in words; empty: the remote needs none
    account_form: str = r".+"  # the same as a regular expression
    headers: Callable[[Account], Mapping[str, str]] = lambda _: {}
    words: Callable[[Any], str] = str
    classify: Callable[[Request, int, Any], RemoteError | None] = lambda *_: None
    most_stock: int | None = None  # the largest quantity it keeps, as which more is published; None: any
    listing_key: str = "sku"  # what listing_ref is made of: sku or gtin
    ignored_statuses: Mapping[str, str] = field(default_factory=dict)  # their word → why it moves nothing
    unsupply_reasons: Mapping[str, str] = field(default_factory=dict)  # ours → what a person reads; empty: none needed
    unsupplies_parts: bool = False  # some pieces of a package may be given up and the rest sent

    def package_state(self, theirs: str, *, record: str) -> str:
        """Our name for their status.

        Raises:
            MappingError: a word that the spec does not list. Guessing would lose a package.
        """
        try:
            return self.package_states[theirs]
        except KeyError:
            known = ", ".join(sorted(self.package_states))
            raise MappingError(record, "status", f"{theirs!r} is not known to {self.slug}; known: {known}") from None

    @property
    def aliases(self) -> Mapping[str, str]:
        """Our name → the kind that it stands for, where the remote has another name."""
        return {alias: name for name, kind in self.kinds.items() for alias in kind.aliases}

    def decided(self) -> Mapping[str, str]:
        """Capability → "yes", or why not."""
        return dict.fromkeys(self.can, "yes") | dict(self.cannot)

    def has(self, capability: str) -> bool:
        """Whether the connector can do this."""
        return capability in self.can
