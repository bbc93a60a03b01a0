"""Checks of what the samples become."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from entrepot.core.errors import EntrepotError
from entrepot.kit.read import Read, read_raws
from entrepot.kit.requests import Account
from entrepot.kit.spec import Pull

from .bench import Bench, Sample

_JUNK: tuple[Any, ...] = (None, 7, Decimal("0.5"), "text", [], [[]], True)
_UNHEARD_OF = "no-such-word-⁇"


def samples_have_a_source(bench: Bench) -> Iterator[str]:
    """Each sample says which page, or which recording, it was taken from."""
    yield from (f"{sample.name}.json has no source" for sample in bench.samples if not sample.source)


def every_kind_has_a_sample(bench: Bench) -> Iterator[str]:
    """Each kind is seen at least once."""
    seen = {sample.kind for sample in bench.readable()}
    for sample in bench.readable():
        way = bench.spec.can.get(sample.capability)
        if isinstance(way, Pull) and way.details and any(page.details for page in sample.pages):
            seen.add(way.details.kind)
    yield from (f"no sample of kind {name}" for name in bench.spec.kinds if name not in seen)


def samples_read_whole_and_without_drift(bench: Bench) -> Iterator[str]:
    """Every record of every sample is mapped, and every field of it has been decided on."""
    for sample in bench.readable():
        for read in bench.read(sample):
            yield from (f"{sample.name}: {a.where}: {a.field} {a.reason}" for a in read.set_aside)
            yield from (f"{sample.name}: nobody declared {d.path} = {d.value!r}" for d in read.drift)
        if not any(read.records for read in bench.read(sample)):
            yield f"{sample.name} has no records"


def paging_ends_and_loses_nothing(bench: Bench) -> Iterator[str]:
    """A pull asks for each page of its sample once, in order, stops after the last, and gives every record."""
    paged = [s for s in bench.samples if isinstance(bench.spec.can.get(s.capability), Pull)]
    for sample in paged:
        try:
            count = sum(len(read.records) + len(read.set_aside) for read in bench.read(sample))
        except (LookupError, EntrepotError) as error:
            yield f"{sample.name}: {error}"
            continue
        if "records" in sample.document and count != sample.document["records"]:
            yield f"{sample.name}: {count} records, where the sample holds {sample.document['records']}"
    if paged and not any(len(sample.pages) > 1 for sample in paged):
        yield "no sample has two pages"


def one_bad_record_is_set_aside_and_the_rest_pass(bench: Bench) -> Iterator[str]:
    """Junk among the records of an answer costs none of the others."""
    for sample in bench.readable():
        kind = bench.spec.kinds[sample.kind]
        good = [raw for page in sample.pages for raw in kind.unwrap(page.reply)]
        alone = _without_details(bench, sample.kind, good)
        mixed = _without_details(bench, sample.kind, [*_JUNK, *good, *_JUNK])
        if mixed.records != alone.records:
            yield f"{sample.name}: {len(mixed.records)} records beside junk, {len(alone.records)} without"
        if len(mixed.set_aside) - len(alone.set_aside) != 2 * len(_JUNK):
            yield f"{sample.name}: of {2 * len(_JUNK)} junk records {len(mixed.set_aside)} were set aside"


def _without_details(bench: Bench, kind: str, raws: list[Any], account: Account | None = None) -> Read:
    """A pull that fetches details gives none to these; a mapping takes that as "there are none"."""
    return read_raws(bench.spec, kind, raws, account or bench.account, _no_details(bench, kind, raws))


def _no_details(bench: Bench, kind: str, raws: list[Any]) -> list[list[Any]]:
    ways = [way for way in bench.spec.can.values() if isinstance(way, Pull) and way.kind == kind]
    return [[] for _ in raws] if any(way.details for way in ways) else []


def unknown_status_is_set_aside(bench: Bench) -> Iterator[str]:
    """A status that the spec does not list is never guessed: its record waits for a person."""
    for sample in bench.readable():
        for read in bench.read(sample):
            for raw, record in zip(read.raws, read.records, strict=True):
                word = getattr(record, "their_status", None)
                strange = None if word is None else _with(raw, word)
                if strange is not None and _without_details(bench, sample.kind, [strange]).records:
                    yield f"{sample.name}: a record with the status {_UNHEARD_OF!r} was mapped"


def _with(raw: Any, word: str) -> Any:
    """``raw`` with the first status that is ``word`` made unheard of; None when there is none."""
    strange = copy.deepcopy(raw)
    waiting = [strange]
    while waiting:
        here = waiting.pop(0)
        if isinstance(here, dict):
            for key, value in here.items():
                if value == word and "stat" in key.lower():
                    here[key] = _UNHEARD_OF
                    return strange
        waiting += here.values() if isinstance(here, dict) else here if isinstance(here, list) else []
    return None


def money_is_exact_and_times_are_utc(bench: Bench) -> Iterator[str]:
    """No record carries a float, or an instant without offset or in another zone."""
    for sample in bench.readable():
        for record in (record for read in bench.read(sample) for record in read.records):
            for path, value in _leaves(record):
                if isinstance(value, float):
                    yield f"{sample.name}: {path} is a float: {value!r}"
                if isinstance(value, datetime) and value.utcoffset() != timedelta(0):
                    yield f"{sample.name}: {path} is not UTC: {value.isoformat()}"


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for f in dataclasses.fields(value):
            yield from _leaves(getattr(value, f.name), f"{path}.{f.name}".lstrip("."))
    elif isinstance(value, Mapping):
        for key, child in value.items():
            yield from _leaves(child, f"{path}.{key}".lstrip("."))
    elif isinstance(value, (list, tuple)):
        for i, child in enumerate(value):
            yield from _leaves(child, f"{path}[{i}]")
    else:
        yield path, value


def reading_is_pure(bench: Bench) -> Iterator[str]:
    """Reading a sample twice gives the same, and leaves the answer as it came."""
    for sample in bench.readable():
        before = copy.deepcopy([page.reply for page in sample.pages])
        once, twice = bench.read(sample), bench.read(sample)
        if [read.records for read in once] != [read.records for read in twice]:
            yield f"{sample.name}: the second reading differs from the first"
        if [page.reply for page in sample.pages] != before:
            yield f"{sample.name}: reading changed the answer"


def zero_is_read_as_zero(bench: Bench) -> Iterator[str]:
    """Sold out is 0, and not "unknown": a sample of the stock shows it."""
    sample = bench.one("pull_stock") if "pull_stock" in bench.spec.can else None
    if "pull_stock" not in bench.spec.can:
        return
    readings = [r for read in bench.read(sample) for r in read.records] if sample else []
    if not any(reading.quantity == 0 and reading.quantity is not None for reading in readings):
        yield "no reading of pull_stock's sample is 0"


def missing_facts_are_refused(bench: Bench) -> Iterator[str]:
    """Where a record depends on a fact of the account, and the fact is missing, the record is set aside and names it.

    A fact matters to a sample when another value changes what the sample becomes.
    """
    chosen = {setting.name for setting in bench.spec.settings}
    facts = {name for name, value in bench.account.settings.items() if name not in chosen and isinstance(value, str)}
    for sample in bench.readable():
        told = _outcome(bench, sample, bench.account)
        for fact in sorted(facts):
            others = {name: value for name, value in bench.account.settings.items() if name != fact}
            if _outcome(bench, sample, _account(bench, {**others, fact: _UNHEARD_OF})) == told:
                continue
            _, reasons = _outcome(bench, sample, _account(bench, others))
            if not any(fact in reason for reason in reasons):
                yield f"{sample.name}: without {fact} nothing was set aside for it; a fact was made up"


def _account(bench: Bench, settings: Mapping[str, Any]) -> Account:
    return dataclasses.replace(bench.account, settings=settings)


def _outcome(bench: Bench, sample: Sample, account: Account) -> tuple[list[Any], list[str]]:
    reads = bench.read(sample, account)
    aside = [f"{a.field} {a.reason}" for read in reads for a in read.set_aside]
    return [record for read in reads for record in read.records], aside


CHECKS = (
    samples_have_a_source, every_kind_has_a_sample, samples_read_whole_and_without_drift,
    paging_ends_and_loses_nothing, one_bad_record_is_set_aside_and_the_rest_pass, unknown_status_is_set_aside,
    money_is_exact_and_times_are_utc, reading_is_pure, zero_is_read_as_zero, missing_facts_are_refused,
)  # fmt: skip
