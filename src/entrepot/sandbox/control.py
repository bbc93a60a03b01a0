"""The control API below ``/control``: what a test, the demo or a person does to the remotes. Loopback, no sign-in."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from .faults import PRESETS
from .form_read import arguments, parameters

if TYPE_CHECKING:
    from starlette.requests import Request

    from .remote import Action, Remote

Changed = Callable[[str], None]
SAID = 400  # a longer answer is not repeated on the page
SENT_BACK = 1500  # a longer form is not filled in again after a refusal
FORM = "application/x-www-form-urlencoded"


class Control:
    """The endpoints. A ValueError becomes 422 with its text; a form's sender is sent back to the remote's page."""

    def __init__(self, remotes: dict[str, Remote], changed: Changed) -> None:
        self.remotes, self.changed = remotes, changed

    def _remote(self, request: Request) -> Remote | None:
        return self.remotes.get(request.path_params["slug"])

    async def listing(self, _: Request) -> Response:
        """Every remote: credentials and the actions it has."""
        found = {
            slug: {"credentials": remote.credentials, "actions": sorted(remote.actions)}
            for slug, remote in self.remotes.items()
        }
        return JSONResponse({"remotes": found, "clock_ms": {s: r.clock.ms() for s, r in self.remotes.items()}})

    async def summary(self, request: Request) -> Response:
        """What the remote now holds."""
        remote = self._remote(request)
        return _unknown(request) if remote is None else JSONResponse(remote.summary())

    async def ledger(self, request: Request) -> Response:
        """Entries behind ``after``, of the comma-separated ``kind``; ``{"entries": […], "last": seq}``."""
        remote = self._remote(request)
        if remote is None:
            return _unknown(request)
        after = request.query_params.get("after", "0")
        if not after.isdigit():
            return _refused(request, "after must be a sequence number")
        kinds = [kind for kind in request.query_params.get("kind", "").split(",") if kind]
        entries = list(remote.ledger.of(*kinds, after=int(after)))
        text = json.dumps({"entries": entries, "last": len(remote.ledger.entries)}, ensure_ascii=False, default=str)
        return Response(text.encode(), media_type="application/json")

    async def faults(self, request: Request) -> Response:
        """GET: dials and what they did. PATCH (or a form): turn some; ``preset`` sets all to a preset first."""
        remote = self._remote(request)
        if remote is None:
            return _unknown(request)
        if request.method != "GET":
            try:
                given = await _given(request)
                _turn(remote, given)
            except ValueError as error:
                return _refused(request, str(error))
            if _is_form(request):
                return _back(request, "the dials are turned")
        return JSONResponse({"dials": asdict(remote.faults.dials), "done": dict(remote.faults.done)})

    async def action(self, request: Request) -> Response:
        """Do one thing a person or a buyer can do there; the body is its keyword arguments."""
        remote = self._remote(request)
        name = request.path_params["name"]
        if remote is None or name not in remote.actions:
            return _unknown(request)
        if _is_form(request):
            return await self._filled(remote, name, request)
        try:
            action = remote.actions[name]
            answer = action(**_bound(action, await _given(request)))
        except ValueError as error:
            return _refused(request, str(error))
        self.changed(remote.slug)
        return Response(json.dumps(answer, ensure_ascii=False, default=str).encode(), media_type="application/json")

    async def _filled(self, remote: Remote, name: str, request: Request) -> Response:
        """An action from its form: back to the page, which says what came of it and shows a refused form again."""
        sent = await request.form()
        lists = {n: [str(v) for v in sent.getlist(n) if v != ""] for n in sent}
        given = {n: values[0] if len(values) == 1 else values for n, values in lists.items() if values}
        action, form = remote.actions[name], next((f for f in remote.forms() if f.action == name), None)
        try:
            answer = action(**_bound(action, arguments(action, form, given)))
        except ValueError as error:
            again = {f"f.{n}": " ".join(values) for n, values in lists.items() if values}
            fits = sum(len(text) for text in again.values()) < SENT_BACK
            return _back(request, str(error), is_refusal=True, do=name, **(again if fits else {}))
        self.changed(remote.slug)
        return _back(request, f"{name.replace('_', ' ')}: {_told(answer)}")

    async def clock(self, request: Request) -> Response:
        """Move the time of every remote forward: ``{"advance_s": N}``."""
        try:
            seconds = (await _given(request)).get("advance_s")
            if isinstance(seconds, str):
                seconds = float(seconds)
            if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
                raise ValueError("advance_s must be a number of seconds")  # noqa: TRY004 - becomes the 422
            for slug, remote in self.remotes.items():
                remote.clock.advance(seconds)
                self.changed(slug)
        except ValueError as error:
            return _refused(request, str(error))
        if _is_form(request):
            return _back(request, f"{seconds:g} s later")
        return JSONResponse({"clock_ms": {slug: remote.clock.ms() for slug, remote in self.remotes.items()}})


def routes(remotes: dict[str, Remote], changed: Changed) -> list[Route]:
    """The routes; ``changed`` is told the slug of a remote that something was done to."""
    control = Control(remotes, changed)
    return [
        Route("/control", control.listing),
        Route("/control/clock", control.clock, methods=["POST"]),
        Route("/control/{slug}/summary", control.summary),
        Route("/control/{slug}/ledger", control.ledger),
        Route("/control/{slug}/faults", control.faults, methods=["GET", "PATCH", "POST"]),
        Route("/control/{slug}/actions/{name}", control.action, methods=["POST"]),
    ]


def _turn(remote: Remote, given: dict[str, Any]) -> None:
    preset = given.pop("preset", None)
    if preset:
        if preset not in PRESETS:
            raise ValueError(f"no preset {preset!r}; allowed: {', '.join(PRESETS)}")
        remote.faults.set(**asdict(PRESETS[preset]))
    numbers = {name: _number(name, value) for name, value in given.items()}
    if numbers:
        remote.faults.set(**numbers)


def _number(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return float(value)
    except ValueError:
        raise ValueError(f"dial {name} must be a number, not {value!r}") from None


def _is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith(FORM)


async def _given(request: Request) -> dict[str, Any]:
    if _is_form(request):
        return {name: value for name, value in (await request.form()).items() if value != ""}
    raw = await request.body()
    try:
        body = json.loads(raw) if raw.strip() else {}
    except RecursionError:
        raise ValueError("the body is nested too deeply") from None
    except ValueError as error:
        raise ValueError(f"the body must be a JSON object: {error}") from None
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004 - becomes the 422
    return body


def _bound(action: Action, given: dict[str, Any]) -> dict[str, Any]:
    """The arguments, if the action takes them and each is of the plain kind that it says.

    Raises:
        ValueError: one is missing, unknown, or of another kind.
    """
    try:
        inspect.signature(action).bind(**given)
    except TypeError as error:
        raise ValueError(str(error)) from None
    kinds = {p.name: str(p.annotation) for p in parameters(action) if p.kind is not inspect.Parameter.VAR_KEYWORD}
    for name, value in given.items():
        kind, _, rest = kinds.get(name, "").partition(" | ")
        if not (kind in FITS and not (value is None and rest == "None")):
            continue
        words, fits = FITS[kind]
        if not fits(value):
            raise ValueError(f"{name} must be {words}, not {json.dumps(value, ensure_ascii=False)[:40]}")
    return given


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < MOST


def _is_whole(value: Any) -> bool:
    text = value if isinstance(value, str) else str(value) if _is_number(value) and value == int(value) else ""
    return text.removesuffix(".0").removeprefix("-").isdecimal() and len(text) < len(str(MOST))


# By annotation: what to say, and whether a value is of that kind. A number is text to who asks for text.
MOST = 10**18
FITS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "str": ("text", lambda value: isinstance(value, str) or _is_number(value)),
    "int": ("a whole number", _is_whole),
    "float": ("a number", _is_number),
    "bool": ("true or false", lambda value: isinstance(value, bool)),
}


def _told(answer: dict[str, Any]) -> str:
    """An action's answer in a line."""
    plain = [f"{n.replace('_', ' ')} {v}" for n, v in answer.items() if isinstance(v, (str, int, float)) and v != ""]
    text = ", ".join(plain)
    return text if plain and len(text) < SAID else "done"


def _unknown(request: Request) -> Response:
    return JSONResponse({"detail": f"there is no {request.url.path}"}, 404)


def _refused(request: Request, text: str) -> Response:
    return _back(request, text, is_refusal=True) if _is_form(request) else JSONResponse({"detail": text}, 422)


def _filters(request: Request) -> dict[str, str]:
    """What the page that sent the form was narrowed to; it stays so."""
    asked = parse_qsl(request.headers.get("referer", "").partition("?")[2])
    return {name: text for name, text in asked if name in {"q", "rows", "kind"} or name.startswith("state.")}


def _back(request: Request, text: str, *, is_refusal: bool = False, **more: str) -> Response:
    slug = request.path_params.get("slug")
    place = request.url_for("remote_page", slug=slug) if slug else request.url_for("front_page")
    place = place.include_query_params(**_filters(request), **{"refused" if is_refusal else "said": text}, **more)
    return RedirectResponse(place.replace(fragment=more["do"]) if "do" in more else place, 303)
