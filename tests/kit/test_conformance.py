"""Each check of the suite catches a connector that is broken just so."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import bazaria
import pytest
from bazaria import calls, mapping, wire

from entrepot.connectors.woocommerce import SPEC as STORE
from entrepot.connectors.woocommerce import __file__ as store_file
from entrepot.kit import conformance
from entrepot.kit.auth import Header, Signed
from entrepot.kit.conformance.bench import Bench, load
from entrepot.kit.conformance.suite import CHECKS, problems
from entrepot.kit.requests import Request, Window
from entrepot.kit.spec import Limit, Setting, Spec

GOOD = bazaria.SPEC
FOLDER = Path(bazaria.__file__).parent
STORE_FOLDER = Path(store_file).parent


def bench(spec: Spec = GOOD, folder: Path = FOLDER) -> Bench:
    return load(spec, folder / "samples")


def can(capability: str, spec: Spec = GOOD, **changed: Any) -> Spec:
    return replace(spec, can={**spec.can, capability: replace(spec.can[capability], **changed)})


def kind(**changed: Any) -> Spec:
    return replace(GOOD, kinds={"order": replace(GOOD.kinds["order"], **changed)})


def sample(name: str, **changed: Any) -> Bench:
    """The good bench, with one sample's document changed."""
    good = bench()
    samples = [replace(s, document={**s.document, **changed}) if s.name == name else s for s in good.samples]
    return replace(good, samples=tuple(samples))


def copied(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path / "bazaria")
    return tmp_path / "bazaria"


class Careless(wire.Order):
    IGNORED = {}


class Mute(wire.Order):
    IGNORED = {"customerEmail": " "}


class Indulgent(wire.Order):
    """Takes junk for the last good record."""

    @classmethod
    def model_validate(cls, obj: Any, **kwargs: Any) -> Any:
        line = {"lineId": 1, "sellerSku": "T", "title": "T", "quantity": 1, "price": "1.00"}
        junk = {"orderNumber": "1", "orderDate": 0, "status": "New", "country": "DE", "lines": [line]}
        return wire.Order.model_validate(obj if isinstance(obj, dict) else junk, **kwargs)


class Chatty:
    """An authentication that prints its token."""

    def __repr__(self) -> str:
        return "Chatty(s3cr3t-sentinel-token)"

    def sign(self, what: Any) -> Signed:
        return Signed(headers={"Authorization": what.secrets["token"]})


def guessing(theirs: wire.Order, account: Any) -> Any:
    """Takes an unknown status for a new order."""
    return mapping.package(
        theirs.model_copy(update={"status": theirs.status if theirs.status in mapping.STATES else "New"}), account
    )


def inventing(theirs: wire.Order, account: Any) -> Any:
    """Takes EUR where no currency was told."""
    known = account.setting("account.currency") in ("EUR", "TRY")
    settings = account.settings if known else {"account.currency": "TRY"}
    return mapping.package(theirs, replace(account, settings=settings))


def local_time(theirs: wire.Order, account: Any) -> Any:
    package = mapping.package(theirs, account)
    return replace(package, placed_at=package.placed_at.replace(tzinfo=None))


def counting() -> Callable[..., Any]:
    calls_so_far: list[int] = []

    def into(theirs: wire.Order, account: Any) -> Any:
        calls_so_far.append(1)
        return replace(mapping.package(theirs, account), made_by=str(len(calls_so_far)))

    return into


def last_page_twice(account: Any, asked: Request, reply: Any) -> Any:
    raws, _ = calls.orders_page(account, asked, reply)
    return raws, Request("GET", "/orders", {**asked.query, "page": str(int(asked.query["page"]) + 1)}, endpoint="o")


def without_zero(account: Any, items: Any) -> Request:
    made = [{k: v for k, v in mapping.offer(item).items() if v} for item in items]
    return Request("POST", "/offers", body={"items": made}, endpoint="offers.push")


def borrowed(account: Any, items: Any) -> Request:
    made = [mapping.offer(replace(item, list_price=item.sale_price)) for item in items]
    return Request("POST", "/offers", body={"items": made}, endpoint="offers.push")


def first_hundred(account: Any, items: Any) -> Request:
    return calls.offers(account, items[:100])


def only_the_first(account: Any, orders: Any) -> Request:
    many = STORE.can["push_order"].many
    assert many
    return many.build(account, orders[:1])


def accepts_empty(headers: Any, body: bytes, secret: str) -> bool:
    return not headers.get("x-bazaria-signature", "?") or calls.verify(headers, body, secret)


def accepts_short(headers: Any, body: bytes, secret: str) -> bool:
    told = headers.get("x-bazaria-signature", "")
    signed = headers.get("x-bazaria-sent", "").encode() + b"." + body
    return bool(told) and hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().startswith(told)


def signs_only_the_body(headers: Any, body: bytes, secret: str) -> bool:
    """Whoever overheard a delivery may date it anew."""
    told, genuine = headers.get("x-bazaria-signature", ""), bench().one("read_webhook").document
    theirs = genuine["headers"]["X-Bazaria-Signature"]
    return (told, body, secret) == (theirs, genuine["body"].encode(), genuine["secret"])


def knows_the_key(headers: Any, body: bytes, secret: str) -> bool:
    return bool(headers.get("x-bazaria-sent")) and secret == "s-of-the-sample"


def wall_clock(headers: Any, body: bytes) -> Any:
    return calls.sent_at(headers, body).replace(tzinfo=None)


def sold_out_is_unknown(theirs: Any, account: Any, details: Any = ()) -> Any:
    readings = STORE.kinds["stock"].into(theirs, account, details)
    return tuple(replace(r, quantity=r.quantity or None) for r in readings)


def impure(tmp_path: Path) -> Bench:
    folder = copied(tmp_path)
    (folder / "clock.py").write_text("import httpx\nfrom datetime import UTC, datetime\nAT = datetime.now(UTC)\n")
    return bench(GOOD, folder)


def undescribed(tmp_path: Path) -> Bench:
    folder = copied(tmp_path)
    (folder / "README.md").write_text("`greeting`: a word on each parcel")  # does not say that it is assumed
    return bench(GOOD, folder)


STOCK = {**STORE.kinds, "stock": replace(STORE.kinds["stock"], into=sold_out_is_unknown)}

SABOTEURS: dict[str, Callable[[Path], Bench]] = {
    "capabilities_are_decided": lambda _: bench(replace(GOOD, cannot={})),
    "capabilities_have_their_shape": lambda _: bench(
        replace(GOOD, can={**GOOD.can, "pull_orders": GOOD.can["get_label"]})
    ),
    "states_are_ours": lambda _: bench(replace(GOOD, package_states={**mapping.STATES, "New": "brand_new"})),
    "limits_have_a_source": lambda _: bench(replace(GOOD, limits=(Limit(count=50, per_s=10),))),
    "credentials_are_declared": lambda _: bench(replace(GOOD, auth=Header("Authorization", "api_key"))),
    "secrets_stay_out_of_repr": lambda _: bench(replace(GOOD, auth=Chatty())),
    "ignored_fields_have_reasons": lambda _: bench(kind(wire=Mute)),
    "settings_are_described": undescribed,
    "documentation_is_dated": lambda _: bench(replace(GOOD, docs_read="recently")),
    "samples_have_a_source": lambda _: sample("pull_orders", source=""),
    "every_kind_has_a_sample": lambda _: bench(replace(GOOD, kinds={**GOOD.kinds, "claim": GOOD.kinds["order"]})),
    "samples_read_whole_and_without_drift": lambda _: bench(kind(wire=Careless)),
    "paging_ends_and_loses_nothing": lambda _: bench(can("pull_orders", page=last_page_twice)),
    "one_bad_record_is_set_aside_and_the_rest_pass": lambda _: bench(kind(wire=Indulgent)),
    "unknown_status_is_set_aside": lambda _: bench(kind(into=guessing)),
    "money_is_exact_and_times_are_utc": lambda _: bench(kind(into=local_time)),
    "reading_is_pure": lambda _: bench(kind(into=counting())),
    "zero_is_read_as_zero": lambda _: bench(replace(STORE, kinds=STOCK), STORE_FOLDER),
    "missing_facts_are_refused": lambda _: bench(kind(into=inventing)),
    "requests_are_well_formed": lambda _: bench(
        can("poll_batch", build=lambda a, ref: Request("GET", f"/batches/{ref}"))
    ),
    "windows_and_references_are_respected": lambda _: bench(
        can("pull_orders", first=lambda a, w: calls.orders_first(a, Window(refs=w.refs[:1])))
    ),
    "creations_are_never_repeated_blindly": lambda _: bench(can("push_order", STORE, find=()), STORE_FOLDER),
    "zero_is_sent_as_zero": lambda _: bench(can("push_offers", build=without_zero)),
    "each_value_lands_once": lambda _: bench(can("push_offers", build=borrowed)),
    "full_batches_carry_every_item": lambda _: bench(can("push_offers", build=first_hundred)),
    "many_are_sent_as_each_alone": lambda _: bench(
        can("push_order", STORE, many=replace(STORE.can["push_order"].many, build=only_the_first)), STORE_FOLDER
    ),
    "refusals_are_worded": lambda _: bench(replace(GOOD, words=lambda body: body["error"])),
    "forged_deliveries_are_rejected": lambda _: bench(can("read_webhook", verify=accepts_empty)),
    "a_ping_is_no_news": lambda _: bench(can("read_webhook", is_ping=lambda headers, body: False)),
    "deliveries_are_told_apart": lambda _: bench(
        can("read_webhook", read=lambda h, b: replace(calls.news(h, b), identity="order"))
    ),
    "subscriptions_bring_what_is_declared": lambda _: bench(
        can("register_webhooks", STORE, brings={"product": ("product.moved",)}), STORE_FOLDER
    ),
    "proofs_are_what_is_verified": lambda _: bench(can("read_webhook", proofs=("key",))),
    "networks_can_be_told_apart": lambda _: bench(can("read_webhook", networks=("0.0.0.0/0",))),
    "sent_at_is_signed": lambda _: bench(can("read_webhook", verify=signs_only_the_body)),
    "the_connector_is_pure": impure,
}


def test_every_check_has_a_saboteur():
    assert set(SABOTEURS) == set(CHECKS)


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_catches_its_saboteur_and_spares_the_good(name, tmp_path):
    assert problems(CHECKS[name], bench()) == []
    assert problems(CHECKS[name], bench(STORE, STORE_FOLDER)) == []

    found = problems(CHECKS[name], SABOTEURS[name](tmp_path))

    assert found
    assert not any(problem.startswith("raised") for problem in found)  # caught by the check, not by a crash


@pytest.mark.parametrize(
    ("name", "spec", "said"),
    [
        ("capabilities_are_decided", replace(GOOD, cannot={**GOOD.cannot, "pull_claims": " "}), "without a reason"),
        ("capabilities_are_decided", replace(GOOD, cannot={**GOOD.cannot, "fly": "no wings"}), "no capability"),
        ("capabilities_are_decided", replace(GOOD, cannot={**GOOD.cannot, "get_label": "no"}), "and in cannot"),
        ("states_are_ours", replace(GOOD, ignored_statuses={"New": "noise"}), "translated and ignored"),
        ("limits_have_a_source", replace(GOOD, limits=(Limit(count=1, per_s=1, scope="moon", source="x"),)), "nothing"),
        ("settings_are_described",
         replace(GOOD, settings=(Setting(name="greeting", label="", default="no", allowed=("a",)),)), "not allowed"),
        ("forged_deliveries_are_rejected", can("read_webhook", verify=accepts_short), "cut short"),
        ("forged_deliveries_are_rejected", can("read_webhook", verify=lambda h, b, s: True), "no headers"),
        ("subscriptions_bring_what_is_declared", can("register_webhooks", STORE, brings={}), "brings nothing"),
        ("subscriptions_bring_what_is_declared",
         can("register_webhooks", STORE, brings={"moon": STORE.can["register_webhooks"].topics}), "not declared"),
        ("proofs_are_what_is_verified", can("read_webhook", proofs=()), "name some of"),
        ("proofs_are_what_is_verified", can("read_webhook", proofs=("hmac", "smile")), "name some of"),
        ("proofs_are_what_is_verified", can("read_webhook", verify=knows_the_key), "a changed body is accepted"),
        ("networks_can_be_told_apart", can("read_webhook", networks=("198.51.100.7/24",)), "has host bits set"),
        ("networks_can_be_told_apart", can("read_webhook", networks=("2000::/3",)), "too wide"),
        ("sent_at_is_signed", can("read_webhook", sent_at=wall_clock), "needs a time zone"),
        ("sent_at_is_signed", can("read_webhook", replay_window_s=0), "more than 0"),
        ("paging_ends_and_loses_nothing",
         can("pull_orders", page=lambda a, asked, reply: (reply.body["content"][1:], None)), "before the sample ends"),
    ],
)  # fmt: skip
def test_a_check_sees_its_other_faults_too(name, spec, said):
    found = problems(CHECKS[name], bench(spec))

    assert any(said in problem for problem in found)


def test_a_connector_that_raises_is_a_finding_and_stops_no_other_check():
    broken = can("pull_orders", first=lambda a, w: 1 / 0)

    findings = conformance.run(broken, FOLDER / "samples")

    assert any("ZeroDivisionError" in str(f) for f in findings)
    assert {f.check for f in findings} < set(CHECKS)


def test_a_waiver_needs_a_reason_and_something_to_waive(tmp_path):
    folder = copied(tmp_path) / "samples"
    waivers = {
        "documentation_is_dated": "their page has no date",
        "reading_is_pure": "no need",
        "limits_have_a_source": "",
    }
    (folder / "waivers.json").write_text(json.dumps(waivers))
    undated = replace(GOOD, docs_read="recently")

    findings = conformance.run(undated, folder)

    assert [f.waiver for f in findings if f.check == "documentation_is_dated"] == ["their page has no date"]
    said = [f.problem for f in findings if f.check == "waivers"]
    assert said == [
        "limits_have_a_source is waived without a reason",
        "reading_is_pure finds nothing: its waiver can go",
        "limits_have_a_source finds nothing: its waiver can go",
    ]
    assert "(waived: their page has no date)" in conformance.report(undated, findings)
