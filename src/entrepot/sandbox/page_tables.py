"""Tables of what a remote holds, filtered and cut to a limit."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from .page_view import LIMITS, attributes, cell, escape, label, plain, title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .desk import Link, Table
    from .page_view import View


def filter_bar(view: View) -> str:
    """One box for all tables and the ledger."""
    options = "".join(f"<option value='{n}'{' selected' if n == view.limit else ''}>{n} rows</option>" for n in LIMITS)
    box = attributes(type="search", name="q", value=view.search, placeholder="barcode, title, order number, state …")
    clear = "<a href='?'>show all</a>" if view.search or view.states or view.kind else ""
    return (
        "<form class='filter' method='get' action='#holds' role='search'>"
        f"<label class='grow'>Filter tables and ledger <input{box}></label>"
        f"<label>at most <select name='rows'>{options}</select></label><button>Filter</button>{clear}</form>"
    )


def table(shown: Table, view: View) -> str:
    """A section: how many there are by state, then the rows that are asked for."""
    wanted = view.states.get(shown.name, "")
    things = [t for t in shown.things if (not wanted or wanted in _words(t, shown)) and _is_found(t, shown, view)]
    head = f"<h2>{title(shown.name)} <small>{_size(len(things), len(shown.things))}</small></h2>"
    if not shown.things:
        return f"<section id='{escape(shown.name)}'>{head}<p class='none'>{escape(shown.empty)}</p></section>"
    rows = [shown.row(thing) for thing in things[: view.limit]]
    inner = _rows(shown, rows, view) if rows else "<p class='none'>Nothing fits the filter.</p>"
    return f"<section id='{escape(shown.name)}'>{head}{_states(shown, view)}{inner}{more(len(things), view)}</section>"


def more(found: int, view: View) -> str:
    """How many are not shown, and a way to see more of them."""
    if found <= view.limit:
        return ""
    wider = next((n for n in LIMITS if n > view.limit), None)
    link = f" · <a href='{view.address(rows=str(wider))}'>show {wider}</a>" if wider else ""
    return f"<p class='none'>{found - view.limit} more{link}; or filter for what you look for.</p>"


def rows_of(columns: list[str], lines: list[str], numbers: Sequence[str] = ()) -> str:
    """A table from heads and ready-made rows."""
    kinds = {name: attributes(class_="number" if name in numbers else None) for name in columns}
    head = "".join(f"<th scope='col'{kinds[name]}>{label(name)}</th>" for name in columns)
    body = "".join(lines)
    return f"<div class='wide'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _size(found: int, all_of_them: int) -> str:
    return str(all_of_them) if found == all_of_them else f"{found} of {all_of_them}"


def _is_found(thing: Any, shown: Table, view: View) -> bool:
    if not view.search:
        return True
    row = shown.row(thing)
    return view.keeps(" ".join(plain(row.get(name)) for name in shown.columns))


def _words(thing: Any, shown: Table) -> list[str]:
    return shown.states(thing) if shown.states else []


def _states(shown: Table, view: View) -> str:
    counts, now = Counter(word for t in shown.things for word in _words(t, shown)), view.states.get(shown.name, "")
    chips = []
    for word, count in counts.most_common():
        where = view.address(**{f"state.{shown.name}": "" if word == now else word})
        mark = attributes(aria_current="true" if word == now else None).replace("aria_", "aria-")
        chips.append(f"<a href='{where}#{escape(shown.name)}'{mark}>{escape(word)} <b>{count}</b></a>")
    return f"<p class='chips'>{' '.join(chips)}</p>" if chips else ""


def _rows(shown: Table, rows: list[dict[str, Any]], view: View) -> str:
    has_links = any(row.get("links") for row in rows)
    columns = [name for name in shown.columns if any(row.get(name) not in (None, "", []) for row in rows)]
    lines = []
    for row in rows:
        cells = "".join(_cell(row.get(name), name, shown) for name in columns)
        links = (
            f"<td class='do'>{' '.join(_link(link, view) for link in row.get('links', []))}</td>" if has_links else ""
        )
        lines.append(f"<tr>{cells}{links}</tr>")
    return rows_of([*columns, *(["do"] if has_links else [])], lines, shown.numbers)


def _cell(value: Any, name: str, shown: Table) -> str:
    kind = "number" if name in shown.numbers else "state" if name == shown.state else None
    kind = kind or (None if value not in (None, "", []) else "gap")
    return f"<td data-label='{label(name)}'{attributes(class_=kind)}>{cell(value)}</td>"


def _link(link: Link, view: View) -> str:
    where = view.address(do=link.action, **{f"f.{name}": value for name, value in link.values.items()})
    return f"<a href='{where}#{escape(link.action)}'>{escape(link.words)}</a>"
