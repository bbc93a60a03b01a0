"""Exchange rates as they stand in a file: the ECB's XML, or a CSV. Nothing is guessed; every fault names its line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from lxml import etree

from entrepot.core.errors import Invalid

Row = tuple[date, str, str, Decimal]  # one base is so much of quote

_ECB = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"
_QUOTED = ("currency", "rate")  # attributes of a Cube
_COLUMNS = ("day", "base", "quote", "rate")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CODE = re.compile(r"[A-Z]{3}")  # ISO 4217
_RATE = re.compile(r"[0-9]+(\.[0-9]+)?")
# What FxRate.rate holds, numeric(18, 8).
_WHOLE, _PLACES = 10, 8


def rows_of_ecb(xml: bytes) -> list[Row]:
    """Rates of the ECB's daily (or 90-day) XML: one euro in other currencies.

    Raises:
        Invalid: not that XML, or with a DOCTYPE (the ECB sends none, and entities are declared there), or a wrong rate.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Invalid("FX file", "XML", f"cannot be read: {error}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Invalid("FX file", "XML", "has a DOCTYPE; the ECB's file has none")
    rows = [
        _row(f"FX file line {rate.sourceline}", str(cube.get("time")), "EUR", *(rate.get(n, "") for n in _QUOTED))
        for cube in root.iter(_ECB)
        if cube.get("time")
        for rate in cube.iter(_ECB)
        if rate.get("currency")
    ]
    if not rows:
        raise Invalid("FX file", "XML", "has no rates; the ECB's eurofxref-daily.xml is expected")
    return rows


def rows_of_csv(text: str) -> list[Row]:
    """Rates of a CSV ``day,base,quote,rate``. Separated by semicolons, the rate may have a decimal comma.

    Raises:
        Invalid: which line and column is wrong, or that a line has not the cells of the header.
    """
    mark = ";" if ";" in text.lstrip("\r\n").partition("\n")[0] else ","
    lines = _lines(text, mark)
    _, names = next(lines, (0, []))
    header = [name.strip() for name in names]
    if missing := [c for c in _COLUMNS if header.count(c) != 1]:
        raise Invalid("FX file", "CSV", f"needs the columns day,base,quote,rate once each; check {', '.join(missing)}")
    rows = [_cells(f"FX file line {line}", header, cells, mark) for line, cells in lines]
    if not rows:
        raise Invalid("FX file", "CSV", "has no rates; day,base,quote,rate is expected")
    return rows


def _lines(text: str, mark: str) -> Iterator[tuple[int, list[str]]]:
    """(line number, cells) of each line that is not empty."""
    reader = csv.reader(io.StringIO(text), delimiter=mark)
    try:
        for cells in reader:
            if cells:
                yield reader.line_num, cells
    except csv.Error as error:
        raise Invalid("FX file", "CSV", f"cannot be read near line {reader.line_num}: {error}") from None


def _cells(record: str, header: list[str], cells: list[str], mark: str) -> Row:
    have = f"the line has {len(cells)} cells, the header {len(header)}"
    if len(cells) < len(header):
        raise Invalid(record, header[len(cells)], f"is missing: {have}")
    if len(cells) > len(header):
        raise Invalid(record, "cells", f"are too many: {have}; a decimal comma needs semicolons between the cells")
    told = dict(zip(header, (cell.strip() for cell in cells), strict=True))
    rate = told["rate"].replace(",", ".") if mark == ";" else told["rate"]
    return _row(record, told["day"], told["base"], told["quote"], rate)


def _row(record: str, day: str, base: str, quote: str, rate: str) -> Row:
    for name, code in (("base", base), ("quote", quote)):
        if not _CODE.fullmatch(code):
            raise Invalid(record, name, f"must be a currency code such as EUR, not {code[:40]!r}")
    return _day(record, day), base, quote, _rate(record, rate)


def _day(record: str, text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Invalid(record, "day", f"must be a date such as 2026-11-24, not {text[:40]!r}")


def _rate(record: str, text: str) -> Decimal:
    if not _RATE.fullmatch(text):
        raise Invalid(record, "rate", f"must be a plain number above zero such as 52.40, not {text[:40]!r}")
    whole, _, places = text.partition(".")
    if len(whole.lstrip("0")) > _WHOLE or len(places.rstrip("0")) > _PLACES:
        most = f"{_WHOLE} digits before the point and {_PLACES} after it"
        raise Invalid(record, "rate", f"is out of range: at most {most}, not {text[:40]}")
    if not (number := Decimal(text)):
        raise Invalid(record, "rate", f"must be above zero, not {text[:40]}")
    return number
