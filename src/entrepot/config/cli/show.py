"""What commands print: a table or lines for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.progress import Progress

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Row = Mapping[str, Any]


def as_json(value: Any) -> None:
    """One JSON document; times in ISO 8601, amounts as text."""
    print(json.dumps(value, ensure_ascii=False, default=_plain, indent=2))


def rows(found: Sequence[Row], *, json_wanted: bool, empty: str = "nothing there") -> None:
    """A table with the first row's columns; ``empty`` when there are none. As JSON a list, also of nothing."""
    if json_wanted:
        as_json([dict(row) for row in found])
        return
    if not found:
        typer.echo(empty)
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in found[0]:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in found:
        table.add_row(*(cell(value) for value in row.values()))
    Console().print(table)


def record(found: Row, *, json_wanted: bool) -> None:
    """One record, a line a field."""
    if json_wanted:
        as_json(dict(found))
        return
    width = max((len(name) for name in found), default=0)
    for name, value in found.items():
        typer.echo(f"{name.replace('_', ' '):<{width}}  {cell(value, markup=False)}")


def next_step(text: str, *, json_wanted: bool) -> None:
    """What a person does next, beside the output and not in it."""
    if not json_wanted:
        typer.echo(f"Next: {text}", err=True)


def cell(value: Any, *, markup: bool = True) -> str:
    """A value as a person reads it; nothing is a dash."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    text = ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    if markup:
        from rich.markup import escape

        return escape(text)
    return text


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (datetime, date)) else str(value)


@contextmanager
def progress(*, json_wanted: bool = False) -> Iterator[Progress]:
    """A progress bar on standard error, silent for programs and where there is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    text = TextColumn("{task.description}", markup=False)
    columns = (SpinnerColumn(), text, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=json_wanted or not console.is_terminal, transient=True) as bar:
        yield bar
