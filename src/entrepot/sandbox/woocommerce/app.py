"""From HTTP to the routes and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from . import handover
from .auth import caller
from .collection import trimmed
from .errors import WooError
from .params import php_query
from .routing import Call, Reply, Router, must_be_known

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from entrepot.sandbox.faults import Faults

    from .state import Store

PAGE = "<!DOCTYPE html><html><body><h1>Briefly unavailable for scheduled maintenance.</h1></body></html>"
NOTICE = "<br />\n<b>Notice</b>:  Undefined index: size in <b>wp-content/plugins/shop/shop.php</b> on line 12<br />\n"
BODILESS = {"GET", "HEAD", "OPTIONS"}


class RestApp:
    """The shop's REST API as ASGI; mounted anywhere, since it takes its own path from the scope."""

    def __init__(self, store: Store, router: Router, faults: Faults) -> None:
        self.store, self.router, self.faults = store, router, faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        if _own_path(scope) == handover.PATH:
            response = await handover.authorize(self.store, request)
            await response(scope, receive, send)
            return
        response = self._answer(request, await request.body())
        if request.method == "HEAD":
            response.body = b""
        await response(scope, receive, send)

    def _answer(self, request: Request, raw: bytes) -> Response:
        if self.store.settings.html_mode:
            return HTMLResponse(PAGE)
        try:
            call = self._call(request)
            reply = self._reply(call, request, raw)
            body = trimmed(reply.body, call.asked().words("_fields"))
            return self._json(body, reply.status, reply.headers)
        except WooError as error:
            return self._json(error.envelope(), error.status, error.headers)

    def _json(self, body: Any, status: int, headers: dict[str, str]) -> Response:
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        if self.store.settings.php_notice:
            text = NOTICE + text
        return Response(text.encode(), status, headers, media_type="application/json; charset=UTF-8")

    def _call(self, request: Request) -> Call:
        scope = request.scope
        raw_query = scope["query_string"].decode("latin-1")
        query = php_query(raw_query)
        path = _own_path(scope)
        if query.get("rest_route"):
            path = f"/wp-json{query['rest_route']}"
        method = str(query.get("_method") or request.headers.get("x-http-method-override") or request.method).upper()
        parts = urlsplit(str(request.url))
        is_tls = parts.scheme == "https" or self.store.settings.assume_https
        return Call(
            method=method,
            path=path,
            url=f"{parts.scheme}://{parts.netloc}{parts.path}",
            query=query,
            headers={k.lower(): v for k, v in request.headers.items()},
            is_tls=is_tls,
            raw_query=raw_query,
            strikes=self.faults.strikes,
        )

    def _reply(self, call: Call, request: Request, raw: bytes) -> Reply:
        kind = request.headers.get("content-type", "")
        if kind.startswith("application/x-www-form-urlencoded"):
            call.form = php_query(raw.decode("utf-8", "replace"))
        key = caller(self.store, call)
        route, parts = self.router.find(call.method, call.path)
        if call.method == "OPTIONS":
            return Reply({"methods": sorted(route.methods)})
        if key is None and not route.is_public:
            raise must_be_known(route, call.method)
        if call.method not in BODILESS:
            call.body = call.form or _body(raw, kind)
        with self.store.acting("api"):
            return route.answer(call, **parts)


def _own_path(scope: Scope) -> str:
    """The path below the shop's address."""
    return str(scope["path"].removeprefix(scope.get("root_path", "")))


def _body(raw: bytes, kind: str) -> dict[str, Any]:
    """The JSON object of the request; without a JSON content type the body is not read, as in WordPress."""
    if not raw.strip() or "json" not in kind:
        return {}
    try:
        body = json.loads(raw)
    except ValueError:
        facts: dict[str, Any] = {"json_error_code": 4, "json_error_message": "Syntax error"}
        raise WooError("rest_invalid_json", "Invalid JSON body passed.", 400, **facts) from None
    return body if isinstance(body, dict) else {}
