"""Exchange rates as they stand in a file: the ECB's XML, or a CSV. Nothing is guessed; every fault names its line.

One wrong line refuses the file, and every wrong line is named: a half of it would price goods by two days' rates.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import partial

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
_APART = Decimal("0.01")  # a rate and the same one turned round may differ by so much: both are rounded
_NAMED = 200  # wrong lines that somebody reads


def rows_of_ecb(xml: bytes, *, until: date) -> list[Row]:
    """Rates of the ECB's daily (or 90-day) XML: one euro in other currencies. No day may be later than ``until``.

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
    told = (
        (rate.sourceline, partial(_row, told=(str(cube.get("time")), "EUR", *(rate.get(n, "") for n in _QUOTED))))
        for cube in root.iter(_ECB)
        if cube.get("time")
        for rate in cube.iter(_ECB)
        if rate.get("currency")
    )
    rows = _rows(told, until)
    if not rows:
        raise Invalid("FX file", "XML", "has no rates; the ECB's eurofxref-daily.xml is expected")
    return rows


def rows_of_csv(text: str, *, until: date) -> list[Row]:
    """Rates of a CSV ``day,base,quote,rate``, no day later than ``until``.

    Separated by semicolons, the rate may have a decimal comma.

    Raises:
        Invalid: which lines and columns are wrong, which contradict each other, or have not the cells of the header.
    """
    mark = ";" if ";" in text.lstrip("\r\n").partition("\n")[0] else ","
    lines = _lines(text, mark)
    _, names = next(lines, (0, []))
    header = [name.strip() for name in names]
    if missing := [c for c in _COLUMNS if header.count(c) != 1]:
        raise Invalid("FX file", "CSV", f"needs the columns day,base,quote,rate once each; check {', '.join(missing)}")
    rows = _rows(((line, partial(_cells, header=header, cells=cells, mark=mark)) for line, cells in lines), until)
    if not rows:
        raise Invalid("FX file", "CSV", "has no rates; day,base,quote,rate is expected")
    return rows


def _rows(told: Iterable[tuple[int, Callable[[str], Row]]], until: date) -> list[Row]:
    """(line, how it is read) as rows; wrong lines, and those that contradict an earlier one, are named together."""
    rows: list[Row] = []
    faults: list[Invalid] = []
    first: dict[tuple[date, str, str], tuple[int, Decimal]] = {}
    for line, read in told:
        record = f"FX file line {line}"
        try:
            row = read(record)
            _check(record, row, first, until)
        except Invalid as fault:
            faults.append(fault)
        else:
            first.setdefault(row[:3], (line, row[3]))
            rows.append(row)
    if faults:
        raise _together(faults)
    return rows


def _check(record: str, row: Row, first: dict[tuple[date, str, str], tuple[int, Decimal]], until: date) -> None:
    day, base, quote, rate = row
    if day > until:
        raise Invalid(record, "day", f"must not be later than tomorrow, {until}, and is {day}")
    line, same = first.get((day, base, quote), (0, rate))
    if same != rate:
        raise Invalid(record, "rate", f"differs from line {line} of the same day and pair ({same}); say it once")
    line, turned = first.get((day, quote, base), (0, 1 / rate))
    if abs(turned * rate - 1) > _APART:
        raise Invalid(record, "rate", f"contradicts line {line} by more than 1 %: one {quote} is {turned} {base} there")


def _together(faults: Sequence[Invalid]) -> Invalid:
    one, *others = faults[:_NAMED]
    more = [f"{x.record.removeprefix('FX file ')}: {x.field} {x.why}" for x in others]
    if len(faults) > _NAMED:
        more.append(f"and {len(faults) - _NAMED} more lines")
    return Invalid(one.record, one.field, "; ".join([one.why, *more]))


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
    return _row(record, (told["day"], told["base"], told["quote"], rate))


def _row(record: str, told: tuple[str, ...]) -> Row:
    day, base, quote, rate = told
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
