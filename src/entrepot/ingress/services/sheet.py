"""A seller's mapping sheet: facts by SKU, and words in a marketplace's vocabulary, each row with a verdict."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from entrepot.catalog import services as catalog
from entrepot.catalog.models import Variant
from entrepot.channels.models import Taxon
from entrepot.core.errors import EntrepotError, Invalid
from entrepot.core.text import fold
from entrepot.inventory import services as inventory

_MAX_BYTES = 20 * 1024 * 1024
_WORDS = ("category", "brand", "attribute", "value")


@dataclass(slots=True)
class SheetResult:
    """What became of a sheet: rows that changed something, and (line, column, why) of those that could not be taken."""

    changed: int = 0
    problems: list[tuple[int, str, str]] = field(default_factory=list)


def import_sheet(*, seller_id: int, connector: str, content: bytes, at: datetime) -> SheetResult:
    """Apply a CSV. With a column ``sku`` it holds facts (brand, origin, vat_rate, category, gtin, weight_g, hs_code,
    quantity, ``attribute:NAME``); with a column ``kind`` it holds words (kind, scope, ours, theirs).

    One bad row never stops the rest.

    Raises:
        Invalid: not a CSV of either kind, not UTF-8, or larger than 20 MiB.
    """
    if len(content) > _MAX_BYTES:
        raise Invalid("sheet", "size", "is above 20 MiB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("sheet", "encoding", "must be UTF-8") from None
    dialect = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=dialect)
    columns = [c.strip() for c in reader.fieldnames or []]
    rows = [
        (i, {(k or "").strip(): v or "" for k, v in row.items() if isinstance(v, str)})
        for i, row in enumerate(reader, start=2)
    ]
    if "sku" in columns:
        _known(columns, {"sku", "quantity", *catalog.FACT_COLUMNS})
        return _facts(seller_id, rows, at)
    if "kind" in columns:
        _known(columns, {"kind", "scope", "ours", "theirs"})
        return _words(seller_id, connector, rows)
    raise Invalid("sheet", "columns", "must have sku (facts) or kind (words)")


def _known(columns: list[str], allowed: set[str]) -> None:
    for column in columns:
        if column not in allowed and not column.startswith("attribute:"):
            raise Invalid(
                "sheet", f"column {column!r}", f"is not known; known: {', '.join(sorted(allowed))}, attribute:NAME"
            )


def _facts(seller_id: int, rows: list[tuple[int, dict[str, str]]], at: datetime) -> SheetResult:
    changed, problems = catalog.import_facts(seller_id=seller_id, rows=rows, at=at)
    ids = dict(Variant.objects.for_seller(seller_id).values_list("sku", "id"))
    readings: list[tuple[int, int | None]] = []
    for line, row in rows:
        text = row.get("quantity", "").strip()
        if not text or row.get("sku", "").strip() not in ids:
            continue
        if not text.isascii() or not text.lstrip("-").isdigit():
            problems.append((line, "quantity", f"must be a whole number, not {text!r}"))
            continue
        readings.append((ids[row["sku"].strip()], int(text)))
    inventory.record_readings(seller_id=seller_id, readings=readings, began_at=at, source="file")
    return SheetResult(changed + len(readings), sorted(problems))


def _words(seller_id: int, connector: str, rows: list[tuple[int, dict[str, str]]]) -> SheetResult:
    result = SheetResult()
    for line, row in rows:
        try:
            _word(seller_id, connector, row)
        except EntrepotError as error:
            result.problems.append((line, getattr(error, "field", ""), str(error)))
        else:
            result.changed += 1
    return result


def _word(seller_id: int, connector: str, row: Mapping[str, str]) -> None:
    kind, scope = row.get("kind", "").strip(), row.get("scope", "").strip()
    ours, theirs = row.get("ours", "").strip(), row.get("theirs", "").strip()
    if kind not in _WORDS:
        raise Invalid(f"row {ours!r}", "kind", f"must be one of {', '.join(_WORDS)}, not {kind!r}")
    words = Taxon.objects.filter(connector=connector, kind=kind, scope=scope, is_gone=False)
    found = list(words.filter(ref=theirs)) or list(words.filter(folded=fold(theirs)))
    if len(found) > 1:
        raise Invalid(f"row {ours!r}", "theirs", f"{theirs!r} names {len(found)} words; give the number of one")
    catalog.map_word(
        seller_id=seller_id, connector=connector, kind=kind, scope=scope, ours=ours,
        theirs_ref=found[0].ref if found else "", theirs_text="" if found else theirs,
    )  # fmt: skip
