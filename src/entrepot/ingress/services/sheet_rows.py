"""The rows of a CSV that people made: each with its line and its cells by column, or with what is wrong with it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from entrepot.core.errors import Invalid
from entrepot.core.text import fold

MAX_BYTES = 20 * 1024 * 1024
_MAX_CELL = 4000
# Python refuses cells above 128 KiB without telling which; ours are checked one by one, with their names.
csv.field_size_limit(MAX_BYTES)
# What a spreadsheet computes: =1+1, =HYPERLINK("…"), @SUM(A1), +A1(…). A negative number is none.
_FORMULA = re.compile(r"\s*(=|[@+-][^()]*\()")
_FAILED = ("#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!")

_SAVE = "save it from the spreadsheet as CSV UTF-8"
_OTHER_FILES = {
    b"PK\x03\x04": "a workbook (.xlsx, .ods) or another archive", b"\xd0\xcf\x11\xe0": "a workbook (.xls)",
    b"%PDF": "a PDF", b"\xff\xfe": "text in UTF-16", b"\xfe\xff": "text in UTF-16",
}  # fmt: skip

Problem = tuple[int, str, str]  # line, column (empty: the row as such), why
Row = tuple[int, Mapping[str, str]]


@dataclass(slots=True)
class Sheet:
    """``columns`` in their order; ``rows`` without those that have a problem. The header is line 1."""

    columns: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, problems: Sequence[Problem]) -> None:
        """Put the rows of these lines aside."""
        lines = {line for line, _, _ in problems}
        self.problems += problems
        self.rows = [row for row in self.rows if row[0] not in lines]


def read_sheet(content: bytes) -> Sheet:
    """Read a CSV with commas, semicolons or tabs. Empty rows are passed over; one bad row never stops the rest.

    Raises:
        Invalid: not a CSV, not UTF-8, larger than 20 MiB, or a header that cannot be read.
    """
    if len(content) > MAX_BYTES:
        raise Invalid("sheet", "size", "is above 20 MiB")
    if what := next((name for start, name in _OTHER_FILES.items() if content.startswith(start)), ""):
        raise Invalid("sheet", "format", f"is {what}, not a CSV; {_SAVE}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("sheet", "encoding", f"must be UTF-8; byte {error.start} is not; {_SAVE}") from None
    first = text.partition("\n")[0]
    lines = _lines(text, max(",;\t", key=first.count))
    _, header = next(lines, (1, []))
    if isinstance(header, str):
        raise Invalid("sheet", "line 1", header)
    sheet = Sheet(_columns(header))
    for line, cells in lines:
        _take(sheet, line, cells)
    if "attribute:" in sheet.columns:
        sheet.problems.append((1, "attribute:", "has no name; write attribute:NAME. The column was not read"))
    return sheet


def repeated(
    rows: Sequence[Row], key: Callable[[Mapping[str, str]], Hashable], columns: Sequence[str]
) -> list[Problem]:
    """Rows that say another thing in a column than an earlier one of their key: the first counts, and the sheet has to
    be made clear.
    """
    first: dict[tuple[Hashable, str], tuple[int, str]] = {}
    problems = []
    for line, row in rows:
        for column in columns:
            value = row.get(column, "").strip()
            told, other = first.setdefault((key(row), column), (line, value)) if value else (line, value)
            if other != value:
                problems.append((line, column, f"differs from line {told}, which counts; say it once"))
    return problems


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """(line where it begins, cells or what is wrong) of every row."""
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, "cannot be read: a quotation mark is not closed, or stands inside a cell and is not doubled"
        else:
            yield line, cells


def _columns(header: Sequence[str]) -> list[str]:
    """The names of the columns; case and spaces around them do not count, but an attribute's name stays as it is."""
    columns: list[str] = []
    for place, name in enumerate(header, start=1):
        if wrong := "has no name" if not name.strip() else _wrong(name):
            raise Invalid("sheet", f"column {place}", wrong)
        kind, colon, attribute = name.partition(":")
        columns.append(f"{fold(kind)}{colon}{attribute.strip()}")
        if fold(columns[-1]) in map(fold, columns[:-1]):
            raise Invalid("sheet", f"column {columns[-1]!r}", "stands twice")
    return columns


def _take(sheet: Sheet, line: int, cells: Sequence[str] | str) -> None:
    if isinstance(cells, str):
        sheet.problems.append((line, "", cells))
    elif not any(cell.strip() for cell in cells):
        return
    elif len(cells) != len(sheet.columns):
        sheet.problems.append((line, "", f"has {len(cells)} cells; the header has {len(sheet.columns)}"))
    else:
        named = dict(zip(sheet.columns, cells, strict=True))
        named.pop("attribute:", None)
        wrong = [(line, column, why) for column, cell in named.items() if (why := _wrong(cell))]
        sheet.problems += wrong
        if not wrong:
            sheet.rows.append((line, named))


def _wrong(cell: str) -> str:
    """What no column may hold; empty: nothing is wrong."""
    if len(cell) > _MAX_CELL:
        return f"has {len(cell)} characters; at most {_MAX_CELL} are allowed"
    if "\x00" in cell:
        return "holds a NUL character (U+0000), which cannot be kept; only text is allowed"
    if _FORMULA.match(cell):
        return f"is a formula ({cell.strip()[:40]}); only its value is allowed"
    if cell.strip() in _FAILED:
        return f"is an error of the spreadsheet ({cell.strip()}); only a value is allowed"
    return ""
