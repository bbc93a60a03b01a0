"""The panel's and the API's doors: what a request does is written down with what it writes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse

from entrepot.core.actor import Actor
from entrepot.web.caller import caller_address

from .services import Deed, audited

_SAFE = ("GET", "HEAD", "OPTIONS")
_DOORS = {"/panel/": "panel", "/api/": "api"}
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,59}")
_NOT_GIVEN = {"csrfmiddlewaretoken", "_selected_action", "select_across", "index", "action", "_save", "next"}
_BODY_MAX = 256 * 1024  # a larger one is a file: of it only the path says what was done
_MOST = 1000


class AuditMiddleware:
    """Requests of somebody known that may write are audited; needs ``request.actor``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        actor: Actor | None = getattr(request, "actor", None)
        door = next((name for prefix, name in _DOORS.items() if request.path_info.startswith(prefix)), "")
        if actor is None or not door or request.method in _SAFE:
            return self.get_response(request)
        with audited(lambda: deed_of(request, actor, door)):
            return self.get_response(request)


def deed_of(request: HttpRequest, actor: Actor, door: str) -> Deed:
    """Who does what by this request: names of what is given, and ids; no values, which may be secrets or a buyer's."""
    body = _body(request)
    form = request.POST if door == "panel" else {}
    chosen = form.getlist("_selected_action") if door == "panel" else []  # type: ignore[attr-defined]
    action = form.get("action", "")
    what = f"{request.method} {request.path_info}" + (f" {action}" if _NAME.fullmatch(action) else "")
    names = {*form, *body} - _NOT_GIVEN
    return Deed(
        actor.name, actor.role, door, what, caller_address(request), seller_id=_seller_id(request, actor, body, form),
        fields=sorted(n for n in names if _NAME.fullmatch(n))[:_MOST], subject_ids=_ids(chosen, body),
    )  # fmt: skip


def _body(request: HttpRequest) -> dict[str, Any]:
    """The body of a JSON request that was read already; empty: there is none, or it is no object."""
    raw = getattr(request, "_body", b"")
    if not request.headers.get("Content-Type", "").startswith("application/json") or len(raw) > _BODY_MAX:
        return {}
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):  # none, or nested too deeply
        return {}
    return found if isinstance(found, dict) else {}


def _ids(chosen: Iterable[str], body: dict[str, Any]) -> list[int]:
    named = body.get("ids")
    cells = body.get("cells")
    found = [int(c) for c in chosen if c.isascii() and c.isdigit() and len(c) < 19]  # noqa: PLR2004 - digits of a bigint
    found += [i for i in named if type(i) is int] if isinstance(named, list) else []
    found += (
        [c["id"] for c in cells if isinstance(c, dict) and type(c.get("id")) is int] if isinstance(cells, list) else []
    )
    return list(dict.fromkeys(i for i in found if 0 < i < 2**63))[:_MOST]


def _seller_id(request: HttpRequest, actor: Actor, body: dict[str, Any], form: Any) -> int | None:
    """Whose business it is: of the actor's only seller, else of the row whose button is pressed, or who is named."""
    if actor.seller_ids is not None:
        return min(actor.seller_ids) if len(actor.seller_ids) == 1 else None
    said = getattr(request, "about_seller_id", None) or request.GET.get("seller_id") or body.get("seller_id")
    said = str(said or form.get("seller_id", ""))
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else None  # noqa: PLR2004 - as above
