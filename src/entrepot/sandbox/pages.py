"""The page that shows what every remote holds, with forms to act on it; no JavaScript."""

from __future__ import annotations

import inspect
import json
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from .control import PLAIN_TEXT, parameters
from .faults import PRESETS

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from .remote import Action, Remote

STYLE = (Path(__file__).parent / "pages.css").read_text("utf-8")
LEDGER_TAIL, ROWS = 40, 200


def routes(remotes: dict[str, Remote]) -> list[Route]:
    """``/`` and ``/{slug}/`` of every remote."""

    async def front(request: Request) -> Response:
        return _page("Sandbox", _notice(request) + _clock_form() + "".join(_card(r) for r in remotes.values()))

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
        summary = remote.summary()
        shown = _plain_facts(summary) + "".join(_section(name, value) for name, value in summary.items())
        forms = "".join(_action_form(remote.slug, name, action) for name, action in sorted(remote.actions.items()))
        parts = [
            _notice(request),
            f"<p><a href='/'>all remotes</a> · base address <code>{escape(remote.credentials['url'])}</code></p>",
            f"<section><h2>Do something there</h2><div class='forms'>{forms}</div></section>",
            _dials(remote),
            shown,
            _ledger(remote),
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


def _page(title: str, body: str) -> Response:
    head = f"<meta charset='utf-8'><meta name='viewport' content='width=device-width'><title>{escape(title)}</title>"
    html = f"<!DOCTYPE html><html lang='en'><head>{head}<style>{STYLE}</style></head>"
    return HTMLResponse(f"{html}<body><main><h1>{escape(title)}</h1>{body}</main></body></html>")


def _notice(request: Request) -> str:
    said, refused = request.query_params.get("said"), request.query_params.get("refused")
    if refused:
        return f"<p role='alert' class='refused'>{escape(refused)}</p>"
    return f"<p role='status' class='said'>{escape(said)}</p>" if said else ""


def _card(remote: Remote) -> str:
    summary = remote.summary()
    title = escape(_title(remote, summary))
    counts = summary.get("counts") or _counts(summary)
    facts = "".join(f"<div><dt>{_label(n)}</dt><dd>{escape(str(v))}</dd></div>" for n, v in counts.items())
    link = f"<h2><a href='/{remote.slug}/'>{title}</a></h2>"
    return f"<section>{link}<p><code>{escape(remote.credentials['url'])}</code></p><dl>{facts}</dl></section>"


def _title(remote: Remote, summary: dict[str, Any]) -> str:
    return str(summary.get("title") or remote.slug.capitalize())


def _counts(summary: dict[str, Any]) -> dict[str, int]:
    """Lists by their length, and what is a number already."""
    lengths = {name: len(value) for name, value in summary.items() if isinstance(value, list)}
    return lengths | {name: value for name, value in summary.items() if isinstance(value, int)}


def _label(name: Any) -> str:
    return escape(str(name).replace("_", " "))


def _clock_form() -> str:
    field = "<label>Seconds <input name='advance_s' type='number' min='1' value='3600' required></label>"
    form = f"<form method='post' action='/control/clock'>{field}<button>Move on</button></form>"
    return f"<section><h2>Clock</h2>{form}</section>"


def _plain_facts(summary: dict[str, Any]) -> str:
    """What is neither a table nor a mapping, in one place."""
    plain = {n: v for n, v in summary.items() if n != "title" and not isinstance(v, (list, dict))}
    return _section("now", plain)


def _section(name: str, value: Any) -> str:
    """A list of rows as a table, a mapping as a list of facts; nothing for what is empty or plain."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        inner = _table(value)
    elif isinstance(value, dict) and value:
        inner = "".join(f"<div><dt>{_label(n)}</dt><dd>{_cell(v)}</dd></div>" for n, v in value.items())
        inner = f"<dl>{inner}</dl>"
    elif isinstance(value, list) and value:
        inner = f"<p>{_cell(value)}</p>"
    else:
        return ""
    return f"<section><h2>{_label(name).capitalize()}</h2>{inner}</section>"


def _table(rows: list[dict[str, Any]]) -> str:
    names = list(dict.fromkeys(name for row in rows[:ROWS] for name in row))
    head = "".join(f"<th scope='col'>{_label(name)}</th>" for name in names)
    lines = (f"<tr>{''.join(f'<td>{_cell(row.get(name))}</td>' for name in names)}</tr>" for row in rows[:ROWS])
    more = f"<p>{len(rows) - ROWS} more</p>" if len(rows) > ROWS else ""
    return f"<div class='wide'><table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>{more}"


def _cell(value: Any) -> str:
    if value is None:
        return "<span class='none'>none</span>"
    if isinstance(value, (dict, list)):
        value = json.dumps(value, ensure_ascii=False, default=str)
    text = str(value)
    return escape(text if len(text) < 200 else f"{text[:199]}…")


def _dials(remote: Remote) -> str:
    presets = "".join(f"<button name='preset' value='{name}'>{name}</button>" for name in PRESETS)
    fields = "".join(
        f"<label>{name} <input name='{name}' type='number' step='any' min='0' value='{value:g}'></label>"
        for name, value in asdict(remote.faults.dials).items()
    )
    done = ", ".join(f"{name} {count}" for name, count in sorted(remote.faults.done.items())) or "nothing yet"
    place = f"/control/{remote.slug}/faults"
    quick = f"<form method='post' action='{place}'>{presets}</form>"
    dials = f"<form method='post' action='{place}' class='grid'>{fields}<button>Turn the dials</button></form>"
    fold = f"<details><summary>Dials</summary>{dials}</details>"
    return f"<section><h2>Faults</h2><p>Done to callers: {escape(done)}.</p>{quick}{fold}</section>"


def _action_form(slug: str, name: str, action: Action) -> str:
    fields = "".join(_field(parameter) for parameter in parameters(action))
    about = escape((inspect.getdoc(action) or "").split("\n")[0])
    title = escape(name.replace("_", " "))
    form = f"<form method='post' action='/control/{slug}/actions/{name}'>{fields}<button>{title}</button></form>"
    return f"<details><summary>{title}</summary><p>{about}</p>{form}</details>"


def _field(parameter: inspect.Parameter) -> str:
    name, kind = parameter.name, str(parameter.annotation).replace(" | None", "")
    if parameter.kind is inspect.Parameter.VAR_KEYWORD:
        return f"<label>{escape(name)} (JSON object) <textarea name='more' rows='3'>{{}}</textarea></label>"
    has_default = parameter.default is not inspect.Parameter.empty
    value = "" if not has_default or parameter.default is None else str(parameter.default)
    need = "" if has_default else " required"
    if kind == "bool":
        words = ("true", "false")
        options = "".join(f"<option{' selected' if value.lower() == w else ''}>{w}</option>" for w in words)
        return f"<label>{escape(name)} <select name='{name}'>{options}</select></label>"
    if kind in {"int", "float"}:
        step = "1" if kind == "int" else "any"
        box = f"<input name='{name}' type='number' step='{step}' value='{escape(value)}'{need}>"
    elif kind in PLAIN_TEXT:
        box = f"<input name='{name}' value='{escape(value)}'{need}>"
    else:
        text = json.dumps(parameter.default, default=str) if has_default and parameter.default is not None else ""
        return f"<label>{escape(name)} (JSON) <textarea name='{name}' rows='3'{need}>{escape(text)}</textarea></label>"
    return f"<label>{escape(name)} {box}</label>"


def _ledger(remote: Remote) -> str:
    rows = []
    for entry in reversed(remote.ledger.entries[-LEDGER_TAIL:]):
        facts = {name: value for name, value in entry.items() if name not in {"seq", "at", "kind"}}
        rows.append({"seq": entry["seq"], "kind": entry["kind"], "facts": facts})
    return f"<section><h2>Ledger</h2>{_table(rows) if rows else '<p>Nothing happened yet.</p>'}</section>"
