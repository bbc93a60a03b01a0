"""A seller's mapping sheet: facts by SKU, and words in a marketplace's vocabulary, each row with a verdict."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache

from entrepot.catalog import services as catalog
from entrepot.catalog.models import Variant
from entrepot.channels.models import Taxon
from entrepot.core.errors import EntrepotError, Invalid
from entrepot.core.text import fold
from entrepot.inventory import services as inventory
from entrepot.kit.registry import connectors

from .sheet_rows import Problem, Row, Sheet, read_sheet, repeated

_WORDS = ("category", "brand", "attribute", "value")
_NAMED = 200  # problems that somebody reads
_MOST = 2**31 - 1  # what a column of whole numbers holds
_WHOLE = re.compile(r"-?[0-9]{1,10}")
_OF_VARIANT, _OF_PRODUCT = ("sku", "gtin", "hs_code"), ("brand", "category")
_LONGEST_WORD = {"kind": 12, "scope": 80, "ours": 300, "theirs": 300}


@dataclass(slots=True)
class SheetResult:
    """What became of a sheet: rows that changed something, and (line, column, why) of what could not be taken.

    ``problems`` are the first ones, by line; ``problem_count`` is how many there are.
    """

    changed: int = 0
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0


def import_sheet(*, seller_id: int, connector: str, content: bytes, at: datetime) -> SheetResult:
    """Apply a CSV. With a column ``sku`` it holds facts (brand, origin, vat_rate, category, gtin, weight_g, hs_code,
    quantity, ``attribute:NAME``); with a column ``kind`` it holds words (kind, scope, ours, theirs) of ``connector``.

    A row is taken whole or not at all; one bad row never stops the rest. Of rows that contradict each other the first
    counts, the others are refused.

    Raises:
        Invalid: not a CSV of either kind, not UTF-8, larger than 20 MiB, or no marketplace of this name.
    """
    if connector:
        _marketplace(connector)
    sheet = read_sheet(content)
    if "sku" in sheet.columns:
        _known(sheet.columns, {"sku", "quantity", *catalog.FACT_COLUMNS})
        result = _facts(seller_id, sheet, at)
    elif "kind" in sheet.columns:
        _known(sheet.columns, {"kind", "scope", "ours", "theirs"})
        _marketplace(connector)
        result = _words(seller_id, connector, sheet)
    else:
        raise Invalid("sheet", "columns", "must have sku (facts) or kind (words)")
    result.problem_count = len(result.problems)
    result.problems = sorted(result.problems)[:_NAMED]
    return result


def _marketplace(connector: str) -> None:
    known = sorted(spec.slug for spec in connectors().values() if spec.role == "marketplace")
    if connector not in known:
        what = f"{connector!r} is not an installed marketplace" if connector else "is needed for words"
        raise Invalid("sheet", "connector", f"{what}; installed: {', '.join(known)}")


def _known(columns: list[str], allowed: set[str]) -> None:
    for column in columns:
        if column not in allowed and not ("sku" in allowed and column.startswith("attribute:")):
            more = ", attribute:NAME" if "sku" in allowed else ""
            raise Invalid("sheet", f"column {column!r}", f"is not known; known: {', '.join(sorted(allowed))}{more}")


def _facts(seller_id: int, sheet: Sheet, at: datetime) -> SheetResult:
    skus = {row["sku"].strip() for _, row in sheet.rows}
    ids = dict(Variant.objects.for_seller(seller_id).filter(sku__in=skus).values_list("sku", "id"))
    sheet.refuse([problem for line, row in sheet.rows for problem in _bad_facts(line, row, ids)])
    values = [column for column in sheet.columns if column != "sku"]
    sheet.refuse(repeated(sheet.rows, lambda row: row["sku"].strip(), values))
    changed, problems = catalog.import_facts(seller_id=seller_id, rows=sheet.rows, at=at)
    sheet.refuse(problems)
    told = [(row["sku"].strip(), row.get("quantity", "").strip()) for _, row in sheet.rows]
    readings: list[tuple[int, int | None]] = [(ids[sku], int(text)) for sku, text in told if text]
    inventory.record_readings(seller_id=seller_id, readings=readings, began_at=at, source="file")
    return SheetResult(changed + len(readings), sheet.problems)


def _bad_facts(line: int, row: Mapping[str, str], known: Container[str]) -> list[Problem]:
    """Every cell that cannot be kept, each with the first reason."""
    wrong = dict(_too_long(row, _longest_facts()))
    quantity, weight = row.get("quantity", "").strip(), row.get("weight_g", "").strip()
    if quantity and not (_WHOLE.fullmatch(quantity) and abs(int(quantity)) <= _MOST):
        wrong["quantity"] = f"must be a whole number from -{_MOST} to {_MOST}, not {_brief(quantity)}"
    if weight and _is_above(weight, _MOST):
        wrong["weight_g"] = f"must be a whole number of grams up to {_MOST}, not {_brief(weight)}"
    for column, why in catalog.wrong_facts(row, known):
        wrong.setdefault(column, why)
    return [(line, column, why) for column, why in wrong.items()]


@cache
def _longest_facts() -> dict[str, int]:
    variant = Variant._meta
    product = variant.get_field("product").related_model._meta
    told = [*((name, variant) for name in _OF_VARIANT), *((name, product) for name in _OF_PRODUCT)]
    return {name: meta.get_field(name).max_length for name, meta in told}


def _too_long(row: Mapping[str, str], longest: Mapping[str, int]) -> list[tuple[str, str]]:
    lengths = {column: len(row.get(column, "").strip()) for column in longest}
    return [
        (column, f"has {length} characters; at most {longest[column]} are allowed")
        for column, length in lengths.items()
        if length > longest[column]
    ]


def _is_above(text: str, most: int) -> bool:
    try:
        return Decimal(text) > most
    except InvalidOperation:
        return False  # no number: the catalogue says so


def _brief(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:39]}…")  # noqa: PLR2004 - a number that anybody can read


def _words(seller_id: int, connector: str, sheet: Sheet) -> SheetResult:
    sheet.refuse([
        (line, column, why) for line, row in sheet.rows for column, why in _too_long(row, _LONGEST_WORD)
    ])  # fmt: skip
    sheet.refuse(repeated(sheet.rows, _word_key, ["theirs"]))
    result = SheetResult(problems=sheet.problems)
    for line, row in sheet.rows:
        _try_word(seller_id, connector, (line, row), result)
    return result


def _word_key(row: Mapping[str, str]) -> tuple[str, str, str]:
    return row["kind"].strip(), row.get("scope", "").strip(), fold(row.get("ours", ""))


def _try_word(seller_id: int, connector: str, row: Row, result: SheetResult) -> None:
    try:
        _word(seller_id, connector, row[1])
    except EntrepotError as error:
        result.problems.append((row[0], getattr(error, "field", ""), getattr(error, "why", str(error))))
    else:
        result.changed += 1


def _word(seller_id: int, connector: str, row: Mapping[str, str]) -> None:
    kind, scope, ours, theirs = (row.get(name, "").strip() for name in ("kind", "scope", "ours", "theirs"))
    if kind not in _WORDS:
        raise Invalid(f"row {ours!r}", "kind", f"must be one of {', '.join(_WORDS)}, not {kind!r}")
    words = Taxon.objects.filter(connector=connector, kind=kind, scope=scope, is_gone=False)
    found = list(words.filter(ref=theirs)) or list(words.filter(folded=fold(theirs)))
    if len(found) > 1:
        raise Invalid(f"row {ours!r}", "theirs", f"{theirs!r} names {len(found)} words; give the number of one")
    if theirs and not found and not _takes_own_words(connector, kind, scope):
        place = f"in {scope}" if scope else "in its list"
        raise Invalid(f"row {ours!r}", "theirs", f"{theirs!r} is no {kind} of {connector} {place}; nothing was changed")
    catalog.map_word(
        seller_id=seller_id, connector=connector, kind=kind, scope=scope, ours=ours,
        theirs_ref=found[0].ref if found else "", theirs_text="" if found else theirs,
    )  # fmt: skip


def _takes_own_words(connector: str, kind: str, scope: str) -> bool:
    """Whether any text will do: a value of an attribute for which they allow one's own."""
    category, _, attribute = scope.partition("/")
    found = Taxon.objects.filter(connector=connector, kind="attribute", scope=category, ref=attribute, is_gone=False)
    return kind == "value" and found.filter(facts__custom=True).exists()
