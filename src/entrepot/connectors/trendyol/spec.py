"""Everything a reader must know about Trendyol, as data."""

from __future__ import annotations

from entrepot.kit.auth import Basic
from entrepot.kit.spec import Call, Credential, Find, Poll, Pull, Push, Receive, Setting, Spec, Subscribe

from . import batches, calls, contents, errors, labels, listings, lookups, moves, offers, orders, webhooks
from .assumed import SETTINGS as ASSUMED
from .assumed import SPLIT_SHOWS_AFTER_S
from .kinds import KINDS
from .limits import LIMITS, TIERS
from .states import IGNORED_STATUSES, LINE_STATES, PACKAGE_STATES
from .storefronts import STOREFRONTS

_LATER = "later"
_FIND_MOVE = (Find(first=moves.find_first, page=moves.find_page, match=moves.match),)


def _batch(build: object, chunk: int = contents.CHUNK) -> Push:
    return Push(chunk=chunk, build=build, read=batches.accepted, batch_life_s=batches.LIFE_S)  # type: ignore[arg-type]


SPEC = Spec(
    slug="trendyol",
    label="Trendyol",
    role="marketplace",
    docs="https://developers.trendyol.com",
    docs_read="2026-11-21",
    default_base_url="https://apigw.trendyol.com/integration",
    account_is="Trendyol's seller number",
    account_form="[0-9]+",
    auth=Basic("api_key", "api_secret"),
    credentials=(
        Credential(name="api_key", label="API key", is_secret=False, help="Seller panel, account, integration details"),
        Credential(name="api_secret", label="API secret", help="On the same page"),
    ),
    headers=calls.headers,
    words=errors.words,
    classify=errors.classify,
    listing_key="gtin",
    most_stock=offers.MOST,
    limits=LIMITS,
    storefronts=STOREFRONTS,
    package_states=PACKAGE_STATES,
    line_states=LINE_STATES,
    ignored_statuses=IGNORED_STATUSES,
    unsupply_reasons=moves.REASON_WORDS,
    unsupplies_parts=True,
    settings=(
        Setting(name="tier", label="Listing tier, which decides the limits", default="50K", allowed=TIERS),
        Setting(name="integrator", label="Integrator in User-Agent, 30 letters or digits", default="SelfIntegration"),
        Setting(name="listing_key", label="What barcodes are made of", default="gtin", allowed=("gtin", "sku")),
        Setting(name="language", label="Language of answers; empty: the storefront's", default=""),
        Setting(name="ship_from_ref", label="Id of the address to ship from; empty: Trendyol's default", default=""),
        Setting(name="return_to_ref", label="Id of the address to return to; empty: Trendyol's default", default=""),
        Setting(name="carriers", label="Codes of carriers, parted by spaces; empty: Trendyol's default", default=""),
        Setting(name="delivery_days", label="0: ships today, 1: tomorrow at the latest", default=None),
        Setting(
            name="webhook_auth", label="How webhooks prove themselves", default="API_KEY",
            allowed=("API_KEY", "BASIC_AUTHENTICATION"),
        ),
        *ASSUMED,
    ),
    kinds=KINDS,
    can={
        "pull_categories": Pull(kind="category", first=lookups.categories_first, page=lookups.categories_page),
        "pull_attributes": Pull(kind="attribute", first=lookups.attributes_first, page=lookups.attributes_page),
        "pull_values": Pull(kind="value", first=lookups.values_first, page=lookups.values_page),
        "pull_brands": Pull(kind="brand", first=lookups.brands_first, page=lookups.brands_page),
        "pull_addresses": Pull(kind="address", first=lookups.addresses_first, page=lookups.addresses_page),
        "push_listings": _batch(contents.create),
        "update_listings": _batch(contents.update),
        "update_content": _batch(contents.update_content),
        "update_variants": _batch(contents.update_variants),
        "close_listings": _batch(contents.archive(is_archived=True)),
        "reopen_listings": _batch(contents.archive(is_archived=False)),
        "unlock_listings": _batch(contents.unlock),
        "push_offers": Push(
            chunk=offers.CHUNK, build=offers.request, read=batches.accepted, refused=offers.refused,
            batch_life_s=batches.LIFE_S,
        ),
        "poll_batch": Poll(build=batches.request, read=batches.outcome, refused=batches.forgotten, every_s=3.0),
        "pull_listings": Pull(
            kind="listing", first=listings.first, page=listings.page, max_refs=listings.MAX_REFS
        ),
        "pull_observed": Pull(
            kind="observed", first=listings.figures_first, page=listings.figures_page, max_refs=listings.MAX_REFS
        ),
        "pull_audits": Pull(kind="update_audit", first=listings.audits_first, page=listings.audits_page),
        "pull_orders": Pull(
            kind="package", first=orders.stream_first, page=orders.stream_page, max_refs=orders.MAX_REFS,
            max_window_days=orders.STREAM_DAYS,
        ),
        "pull_orders_page": Pull(
            kind="package", first=orders.page_first, page=orders.page_page, max_refs=orders.MAX_REFS,
            max_window_days=orders.PAGE_DAYS,
        ),
        "move_package": Call(build=moves.move, read=moves.done, find=_FIND_MOVE),
        "split_package": Call(
            build=moves.split, read=moves.done, find=_FIND_MOVE, shows_after_s=SPLIT_SHOWS_AFTER_S
        ),
        "push_tracking": Call(build=moves.track, read=moves.done, find=_FIND_MOVE),
        "make_label": Call(build=labels.make, read=labels.made),
        "get_label": Call(build=labels.fetch, read=labels.fetched),
        "register_webhooks": Subscribe(
            topics=(webhooks.TOPIC,), create=webhooks.create, created=webhooks.created, listing=webhooks.listing,
            page=webhooks.page, into=webhooks.subscription_of, update=webhooks.update, activate=webhooks.activate,
            deactivate=webhooks.deactivate, delete=webhooks.delete, url_rule=webhooks.url_rule,
            brings={"package": (webhooks.TOPIC,)},
        ),
        "read_webhook": Receive(verify=webhooks.verify, read=webhooks.read, proofs=("key", "basic")),
    },
    cannot={
        "push_invoice": _LATER,
        "pull_claims": _LATER,
        "decide_claim": _LATER,
        "pull_questions": _LATER,
        "answer_question": _LATER,
        "pull_settlements": _LATER,
        "pull_transactions": _LATER,
    },
)  # fmt: skip
