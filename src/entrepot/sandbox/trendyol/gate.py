"""The door: authentication, limits, storefront and body of every call, and the error shape of its family."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.datastructures import Headers, QueryParams, UploadFile
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from .envelopes import Refused, bare_error, family_error, gateway_error, label_error, product_error
from .storefronts import STOREFRONTS, Storefront
from .world import World

if TYPE_CHECKING:
    from starlette.requests import Request

USER_AGENT = re.compile(r"(\d+) - [A-Za-z0-9]{1,30}")


@dataclass(slots=True)
class Ask:
    """One admitted call: path and query parameters, headers, and the body in the form its call wants."""

    world: World
    family: str
    path: dict[str, str]
    query: QueryParams
    headers: Headers
    storefront: Storefront
    body: Any = None
    form: dict[str, Any] = field(default_factory=dict)
    files: list[tuple[str, str, bytes]] = field(default_factory=list)  # (field, content type, content)

    @property
    def language(self) -> str:
        """Turkish on the TR storefront; elsewhere what is asked for, by default English."""
        return "tr" if self.storefront.code == "TR" else self.headers.get("accept-language", "en")[:2].lower()

    def refuse(self, status: int, key: str, message: str) -> Refused:
        """A refusal in the shape of this call's family."""
        if status == 400 and self.family == "order" and self.world.switches.business_errors == "bare":
            return bare_error(self.world.clock.ms())
        return family_error(self.family, self.world.clock.ms(), status, key, message)

    def number(self, name: str, default: int, most: int | None = None, least: int = 0) -> int:
        """A whole number of the query, from ``least`` to ``most``."""
        text = self.query.get(name)
        if text is None or text == "":
            return default
        if not re.fullmatch(r"\d{1,18}", text) or int(text) < least or (most is not None and int(text) > most):
            limits = f"from {least}" + (f" to {most}" if most is not None else "")
            raise self.refuse(400, "invalid.parameter", f"{name} must be a whole number {limits}")
        return int(text)


Handler = Callable[[World, Ask], Any]  # a Response, JSON, or None for 200 without a body


@dataclass(frozen=True, slots=True)
class Call:
    """One documented call. ``group`` names its limit per minute, ``takes`` its body: "", "json" or "form"."""

    method: str
    path: str
    handler: Handler
    group: str = ""
    family: str = "order"
    takes: str = ""


def done() -> Response:
    """The plain text that many writes answer."""
    return PlainTextResponse("200 OK")


def application(world: World, calls: list[Call]) -> Starlette:
    """All calls behind the door."""
    return Starlette(routes=[Route(call.path, _endpoint(world, call), methods=[call.method]) for call in calls])


def _endpoint(world: World, call: Call) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        world.settle()
        try:
            _authenticate(world, call, request)
            ask = await _ask(world, call, request)
            answer = call.handler(world, ask)
        except Refused as refused:
            return JSONResponse(refused.body, refused.status, refused.headers)
        if isinstance(answer, Response):
            return answer
        return Response(status_code=200) if answer is None else JSONResponse(answer)

    return endpoint


def _authenticate(world: World, call: Call, request: Request) -> None:
    agent = request.headers.get("user-agent", "").strip()
    shape = USER_AGENT.fullmatch(agent)
    if not agent or (world.switches.strict_user_agent and (not shape or shape[1] != world.seller_id)):
        text = 'User-Agent must be "{sellerId} - SelfIntegration" or "{sellerId} - {IntegratorName}"'
        raise gateway_error(world.clock.ms(), 403, "forbidden", text, "ClientApiForbiddenException")
    if _pair(request.headers.get("authorization", "")) != (world.api_key, world.api_secret):
        raise _unauthenticated(world, call)
    claimed = request.path_params.get("seller_id") or request.query_params.get("supplierId") or world.seller_id
    if world.seller_id != claimed or request.query_params.get("supplierId", claimed) != claimed:
        raise gateway_error(world.clock.ms(), 401, "basic.authorization.failed", "This seller is not yours.")


def _pair(header: str) -> tuple[str, str] | None:
    scheme, _, coded = header.partition(" ")
    try:
        key, colon, secret = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (key, secret) if scheme.lower() == "basic" and colon else None


def _unauthenticated(world: World, call: Call) -> Refused:
    if call.family == "label":
        return label_error(401, "Unauthorized")
    message = "Invalid token" if call.family == "webhook" else "Authentication failed"
    return gateway_error(world.clock.ms(), 401, "authentication.error", message, "ClientApiAuthenticationException")


async def _ask(world: World, call: Call, request: Request) -> Ask:
    if not world.limiter.admits(f"{call.method} {call.path}", call.group):
        refused = product_error(429, "too.many.requests", "Too many requests")
        refused.headers = {"Retry-After": "10"} if world.switches.retry_after else {}
        raise refused
    code = request.headers.get("storefrontcode", "TR").upper()
    if code not in STOREFRONTS:
        text = f"storeFrontCode {code} is not valid"
        raise family_error(call.family, world.clock.ms(), 400, "invalid.storefrontcode", text)
    ask = Ask(world, call.family, request.path_params, request.query_params, request.headers, STOREFRONTS[code])
    if call.takes == "json":
        ask.body = await _json(ask, request)
    elif call.takes == "form":
        await _form(ask, request)
    return ask


async def _json(ask: Ask, request: Request) -> Any:
    if not request.headers.get("content-type", "").lower().startswith("application/json"):
        raise ask.refuse(415, "unsupported.media.type", "Content-Type must be application/json")
    try:
        return json.loads(await request.body(), parse_constant=_no_number)
    except ValueError:
        raise ask.refuse(400, "invalid.request.body", "the body is not JSON") from None


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is not JSON")


async def _form(ask: Ask, request: Request) -> None:
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise ask.refuse(415, "unsupported.media.type", "Content-Type must be multipart/form-data")
    async with request.form() as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                ask.files.append((name, value.content_type or "", await value.read()))
            else:
                ask.form[name] = value
