"""The pages that show what every remote holds, with forms to act on it; no JavaScript."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from .faults import PRESETS
from .page_forms import order_form, other_forms
from .page_ledger import ledger
from .page_tables import filter_bar, table
from .page_view import View, cell, escape, label, title

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from .remote import Remote

STYLE = (Path(__file__).parent / "pages.css").read_text("utf-8")


def routes(remotes: dict[str, Remote]) -> list[Route]:
    """``/`` and ``/{slug}/`` of every remote."""

    async def front(request: Request) -> Response:
        view = View.of(request.query_params)
        return _page("Sandbox", _notice(view) + "".join(_card(r) for r in remotes.values()) + _clock_form())

    found = [Route("/", front, name="front_page")]
    pages = Pages(remotes)
    found += [Route(f"/{slug}/", RemotePage(remote, pages)) for slug, remote in remotes.items()]
    return [*found, Route("/{slug}/", pages.page, name="remote_page")]


class Pages:
    """One page per remote."""

    def __init__(self, remotes: dict[str, Remote]) -> None:
        self.remotes = remotes

    async def page(self, request: Request) -> Response:
        """What one remote holds, and forms for its dials and actions."""
        slug = request.path_params.get("slug") or request.url.path.strip("/")
        remote = self.remotes.get(slug)
        if remote is None:
            return HTMLResponse("no such remote", 404)
        view, summary, tables = View.of(request.query_params), remote.summary(), remote.tables()
        parts = [
            _notice(view, "" if view.do not in remote.actions else view.do),
            _intro(remote, self.remotes, [(t.name, len(t.things)) for t in tables]),
            order_form(remote, view),
            other_forms(remote, view),
            f"<div id='holds'>{filter_bar(view)}</div>",
            *(table(t, view) for t in tables),
            ledger(remote, view),
            _dials(remote),
            _rest(summary, {t.name for t in tables}),
        ]
        return _page(_title(remote, summary), "".join(parts))


class RemotePage:
    """The page, unless the request is for the remote itself (WordPress answers ``/?rest_route=…``)."""

    def __init__(self, remote: Remote, pages: Pages) -> None:
        self.remote, self.pages = remote, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if b"rest_route=" in scope.get("query_string", b"") or scope["method"] not in {"GET", "HEAD"}:
            await self.remote.app(scope, receive, send)
            return
        response = await self.pages.page(Request(scope, receive))
        await response(scope, receive, send)


def _page(heading: str, body: str) -> Response:
    view = "<meta name='viewport' content='width=device-width, initial-scale=1'>"
    head = f"<meta charset='utf-8'>{view}<link rel='icon' href='data:,'><title>{escape(heading)}</title>"
    html = f"<!DOCTYPE html><html lang='en'><head>{head}<style>{STYLE}</style></head>"
    return HTMLResponse(f"{html}<body><main><h1>{escape(heading)}</h1>{body}</main></body></html>")


def _notice(view: View, do: str = "") -> str:
    """What came of the last form; a refusal stands beside the form ``do`` when that is on the page."""
    if view.refused and not do:
        return f"<p role='alert' class='refused'>{escape(view.refused)}</p>"
    return f"<p role='status' class='said'>{escape(view.said)}</p>" if view.said else ""


def _intro(remote: Remote, remotes: dict[str, Remote], sizes: list[tuple[str, int]]) -> str:
    others = "".join(f" · <a href='/{slug}/'>{title(slug)}</a>" for slug in remotes if slug != remote.slug)
    jumps = [("place_order", "Place an order")] if "place_order" in remote.actions else []
    jumps += [("do", "Do something else")]
    jumps += [(name, f"{name.capitalize()} {size}") for name, size in sizes]
    jumps += [("ledger", f"Ledger {len(remote.ledger.entries)}"), ("faults", "Faults"), ("settings", "Settings")]
    links = " ".join(f"<a href='#{place}'>{escape(words)}</a>" for place, words in jumps)
    base = f"base address <code>{escape(remote.credentials['url'])}</code>"
    return f"<p><a href='/'>All remotes</a>{others} · {base}</p><nav class='chips'>{links}</nav>"


def _card(remote: Remote) -> str:
    """A remote at a glance: how much of each kind, and where to find it."""
    heading = escape(_title(remote, remote.summary()))
    sizes = [(t.name, len(t.things)) for t in remote.tables()] + [("ledger", len(remote.ledger.entries))]
    facts = "".join(
        f"<div><dt>{title(name)}</dt><dd><a href='/{remote.slug}/#{escape(name)}'>{size}</a></dd></div>"
        for name, size in sizes
    )
    link = f"<h2><a href='/{remote.slug}/'>{heading}</a></h2>"
    return f"<section>{link}<p><code>{escape(remote.credentials['url'])}</code></p><dl>{facts}</dl></section>"


def _title(remote: Remote, summary: dict[str, Any]) -> str:
    return str(summary.get("title") or remote.slug.capitalize())


def _clock_form() -> str:
    field = "<label>Seconds <input name='advance_s' type='number' min='1' value='3600' required></label>"
    form = f"<form method='post' action='/control/clock'>{field}<button>Move on</button></form>"
    about = "<p>Moves the time of every remote forward: batches expire, reviews end, retries fall due.</p>"
    return f"<section><h2>Clock</h2>{about}{form}</section>"


def _rest(summary: dict[str, Any], seen: set[str]) -> str:
    """What the summary tells beside the tables: counts, and the settings folded up."""
    rest = {name: value for name, value in summary.items() if name not in seen | {"title", "counts"}}
    plain = {name: value for name, value in rest.items() if not isinstance(value, (list, dict))}
    inner = _facts(plain) if plain else ""
    for name, value in rest.items():
        if isinstance(value, dict) and value:
            inner += f"<details><summary>{title(name)}</summary>{_facts(value)}</details>"
    return f"<section id='settings'><h2>Settings</h2>{inner}</section>"


def _facts(values: dict[str, Any]) -> str:
    shown = "".join(f"<div><dt>{label(name)}</dt><dd>{cell(value)}</dd></div>" for name, value in values.items())
    return f"<dl>{shown}</dl>"


def _dials(remote: Remote) -> str:
    presets = "".join(f"<button name='preset' value='{name}'>{name}</button>" for name in PRESETS)
    fields = "".join(
        f"<label>{label(name)} <input name='{name}' type='number' step='any' min='0' value='{value:g}'></label>"
        for name, value in asdict(remote.faults.dials).items()
    )
    done = ", ".join(f"{name} {count}" for name, count in sorted(remote.faults.done.items())) or "nothing yet"
    place = f"/control/{remote.slug}/faults"
    quick = f"<form method='post' action='{place}'>{presets}</form>"
    dials = f"<form method='post' action='{place}' class='grid'>{fields}<button>Turn the dials</button></form>"
    fold = f"<details><summary>Dials</summary>{dials}</details>"
    return f"<section id='faults'><h2>Faults</h2><p>Done to callers: {escape(done)}.</p>{quick}{fold}</section>"
