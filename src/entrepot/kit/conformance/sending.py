"""Checks of what a connector would send."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from entrepot.core.errors import EntrepotError
from entrepot.kit.requests import Account, Reply, Request, Window, dumps
from entrepot.kit.spec import Call, Poll, Pull, Push, Subscribe

from . import subjects
from .bench import Bench

_DAY_MS = 86_400_000
_SINCE = 1_778_000_000_000
_WINDOW = Window(since_ms=_SINCE, until_ms=_SINCE + _DAY_MS)
_REFS = ("1201", "1202")
_TIMELESS = ("pull_facts", "pull_categories", "pull_attributes", "pull_values", "pull_brands", "pull_stock",
             "pull_prices", "pull_listings", "pull_stock_status", "pull_images", "pull_ratings", "pull_offers",
             "pull_observed", "pull_audits", "pull_addresses")  # fmt: skip
_CREATIONS = ("push_order", "settle_total", "create_label", "purchase")
_NO_ANSWERS: tuple[Any, ...] = ({}, [], {"create": []}, None, "<html>", [{}])  # to a request about two records
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def requests_are_well_formed(bench: Bench) -> Iterator[str]:
    """Each has an endpoint name for limits and the log, a method, a path, texts in its query; a GET has no body."""
    for name, made in _requests(bench):
        if not isinstance(made, Request):
            yield f"{name}: {made}"
            continue
        if not made.endpoint:
            yield f"{name}: {made.method} {made.path} has no endpoint name"
        if made.method not in _METHODS or not made.path.startswith("/"):
            yield f"{name}: {made.method} {made.path} is no request"
        if made.method == "GET" and made.body is not None:
            yield f"{name}: GET {made.path} has a body"
        yield from (f"{name}: query {k}={v!r} is no text" for k, v in made.query.items() if not isinstance(v, str))
        try:
            dumps(made.body)
        except (TypeError, ValueError) as error:
            yield f"{name}: the body cannot be sent: {error}"


def _requests(bench: Bench) -> Iterator[tuple[str, Request | EntrepotError]]:
    account = bench.account
    for name, way in bench.spec.can.items():
        if isinstance(way, Pull):
            yield name, _first(bench, way)
        elif isinstance(way, (Push, Call)):
            subject = subjects.subject(name, account)
            if subject is not None:
                yield name, _built(way, bench, subject)
            if way.probe:
                yield f"{name} (probe)", way.probe(account)
        elif isinstance(way, Poll):
            yield name, way.build(account, "batch-1203")
        elif isinstance(way, Subscribe):
            wanted = dataclasses.replace(subjects.subscription(), topic=way.topics[0])
            yield from ((name, made(account, wanted)) for made in (way.create, way.update))
            yield from ((name, made(account, "1116")) for made in (way.activate, way.deactivate, way.delete))
            yield name, way.listing(account)


def _first(bench: Bench, way: Pull) -> Request | EntrepotError:
    """The first question for a window of time, or, where a pull knows only that, for a reference, or a pair of them."""
    refused: EntrepotError | None = None
    for window in (_WINDOW, Window(refs=_REFS[:1]), Window(refs=("/".join(_REFS),))):
        try:
            return way.first(bench.account, window)
        except EntrepotError as error:
            refused = error
    assert refused
    return refused


def _built(way: Push | Call, bench: Bench, subject: Any) -> Request | EntrepotError:
    try:
        return way.build(bench.account, [subject] if isinstance(way, Push) else subject)
    except EntrepotError as error:
        return error


def windows_and_references_are_respected(bench: Bench) -> Iterator[str]:
    """Another beginning makes another question, and every reference that one question may ask for is in it."""
    for name, way in bench.spec.can.items():
        if not isinstance(way, Pull):
            continue
        if name not in _TIMELESS:
            later = dataclasses.replace(_WINDOW, since_ms=_SINCE + _DAY_MS // 2)
            if way.first(bench.account, _WINDOW) == way.first(bench.account, later):
                yield f"{name} asks the same from whatever beginning"
        if way.max_refs > 1:
            asked = way.first(bench.account, Window(refs=_REFS))
            text = f"{asked.path} {dict(asked.query)} {asked.body!r}"
            yield from (f"{name} does not ask for {ref}" for ref in _REFS if ref not in text)


def creations_are_never_repeated_blindly(bench: Bench) -> Iterator[str]:
    """What is not safe to repeat can be searched for; what creates is not called safe."""
    for name, way in bench.spec.can.items():
        if isinstance(way, Call):
            made = (
                _built(way, bench, subject) if (subject := subjects.subject(name, bench.account)) is not None else None
            )
            is_safe = made.is_safe if isinstance(made, Request) else name not in _CREATIONS
            if name in _CREATIONS and is_safe:
                yield f"{name} creates something, and its request is called safe to repeat"
            if not way.find and (name in _CREATIONS or not is_safe):
                yield f"{name} is not safe to repeat, and nothing searches for what it made"
        if isinstance(way, Subscribe):
            wanted = dataclasses.replace(subjects.subscription(), topic=way.topics[0])
            if way.create(bench.account, wanted).is_safe:
                yield f"{name}: creating a subscription is called safe to repeat"


def zero_is_sent_as_zero(bench: Bench) -> Iterator[str]:
    """Where a quantity of 41 stands in the body, a quantity of 0 stands as 0."""
    way = bench.spec.can.get("push_offers")
    if not isinstance(way, Push):
        return
    many = dict(_leaves(way.build(bench.account, [subjects.offer(1, bench.account)]).body))
    none = dict(_leaves(way.build(bench.account, [subjects.offer(1, bench.account, quantity=0)]).body))
    for path in [path for path, value in many.items() if _is(value, subjects.QUANTITY)]:
        if not _is(none.get(path), 0):
            yield f"push_offers: {path} is {none.get(path, 'missing')!r} for a quantity of 0"


def each_value_lands_once(bench: Bench) -> Iterator[str]:
    """Distinct values in, so that a swapped, borrowed or forgotten field shows."""
    order = subjects.sales_order()
    wanted: dict[str, tuple[Any, ...]] = {
        "push_offers": (subjects.QUANTITY, subjects.SALE_PRICE, subjects.LIST_PRICE, "8690000001"),
        "push_listings": (subjects.QUANTITY, subjects.SALE_PRICE, subjects.LIST_PRICE, "8690000001", "Linden tea 1"),
        "push_order": (subjects.QUANTITY, order.our_ref),
    }
    for name, values in wanted.items():
        way = bench.spec.can.get(name)
        if not isinstance(way, (Push, Call)):
            continue
        made = _built(way, bench, subjects.subject(name, bench.account))
        leaves = [value for _, value in _leaves(made.body)] if isinstance(made, Request) else []
        for value in values:
            if (times := sum(_is(leaf, value) for leaf in leaves)) != 1:
                yield f"{name}: {value} is {times} times in the body"


def full_batches_carry_every_item(bench: Bench) -> Iterator[str]:
    """The largest batch that the spec allows can be built, and every item is in it."""
    makers: Mapping[str, Callable[[int, Account], Any]] = {
        "push_offers": subjects.offer,
        "push_listings": subjects.content,
    }
    for name, make in makers.items():
        way = bench.spec.can.get(name)
        if not isinstance(way, Push):
            continue
        if way.chunk < 1:
            yield f"{name}: a batch of {way.chunk} items"
            continue
        items = [make(number, bench.account) for number in range(way.chunk)]
        sent = {str(value) for _, value in _leaves(way.build(bench.account, items).body)}
        missing = [item.listing_ref for item in items if item.listing_ref not in sent]
        if missing:
            yield f"{name}: {len(missing)} of {way.chunk} items are not in the body, such as {missing[0]}"


def many_are_sent_as_each_alone(bench: Bench) -> Iterator[str]:
    """A call about many carries each record as the single call does, is no safer, and never takes one answer for
    two records, or half an answer for a whole one.
    """
    for name, way in bench.spec.can.items():
        subject = subjects.subject(name, bench.account)
        if not isinstance(way, Call) or way.many is None or subject is None:
            continue
        if way.many.most < 2:  # noqa: PLR2004 - one is what the single call is for
            yield f"{name}: a call about many takes {way.many.most}"
        if not way.find:
            yield f"{name}: many are sent at once, and nothing searches for what came of them"
        single, double = way.build(bench.account, subject), way.many.build(bench.account, [subject, subject])
        if double.is_safe and not single.is_safe:
            yield f"{name}: many at once are called safe to repeat, one is not"
        once, twice = _counted(single), _counted(double)
        for value in sorted(value for value, times in once.items() if twice[value] < 2 * times):
            yield f"{name}: {value} is not in the body for each of two records"
        yield from (
            f"{name}: the answer {body!r} is read as two records"
            for body in _NO_ANSWERS
            if _is_taken(way, bench.account, [subject, subject], body)
        )


def _counted(request: Request) -> Counter[str]:
    return Counter(f"{type(value).__name__} {value}" for _, value in _leaves(request.body))


def _is_taken(way: Call, account: Account, items: list[Any], body: Any) -> bool:
    assert way.many
    try:
        found = way.many.read(account, items, Reply(200, body))
    except (EntrepotError, LookupError, TypeError, ValueError, AttributeError):
        return False
    return len(found) == len(items) and not all(isinstance(one, Exception) for one in found)


def refusals_are_worded(bench: Bench) -> Iterator[str]:
    """Of every refusal in the samples something is said, and no body of whatever form breaks that."""
    told = [body for sample in bench.samples for body in sample.document.get("refusals", [])]
    for body in told:
        if not bench.spec.words(body).strip(" []:;"):
            yield f"nothing is said of the refusal {body!r}"
    for body in (None, 7, "text", [], {}, {"data": 500}, [None], {"errors": [None]}, {"errors": None}):
        try:
            said = bench.spec.words(body)
        except Exception as error:  # noqa: BLE001 - whatever it raises is the finding
            yield f"words of {body!r} raises {error!r}"
        else:
            yield from ([] if isinstance(said, str) else [f"words of {body!r} is no text"])


def _is(leaf: Any, value: Any) -> bool:
    """Whether a leaf of a body is this value, as a number or written out."""
    if isinstance(leaf, bool) or leaf is None:
        return False
    if isinstance(value, str):
        return bool(leaf == value)
    if isinstance(leaf, str):
        return leaf == str(value)
    return isinstance(leaf, (int, Decimal)) and Decimal(leaf) == value


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, child in value.items():
            yield from _leaves(child, f"{path}.{key}".lstrip("."))
    elif isinstance(value, (list, tuple)):
        for i, child in enumerate(value):
            yield from _leaves(child, f"{path}[{i}]")
    else:
        yield path, value


CHECKS = (
    requests_are_well_formed, windows_and_references_are_respected, creations_are_never_repeated_blindly,
    zero_is_sent_as_zero, each_value_lands_once, full_batches_carry_every_item, many_are_sent_as_each_alone,
    refusals_are_worded,
)  # fmt: skip
