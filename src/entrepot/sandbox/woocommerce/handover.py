"""The key hand-over: a merchant approves an application, and the shop posts it a key pair (reference §1.1)."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from starlette.responses import HTMLResponse, RedirectResponse, Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from .state import ApiKey, Store

PATH = "/wc-auth/v1/authorize"
NEEDED = ("app_name", "scope", "user_id", "return_url", "callback_url")
SCOPES = ("read", "write", "read_write")
LOOPBACK = {"127.0.0.1", "localhost"}


async def authorize(store: Store, request: Request) -> Response:
    """GET asks the merchant; POST is the answer. The callback must be https, or http on this machine."""
    asked = request.query_params
    wrong = _wrong(asked)
    if wrong:
        return HTMLResponse(_page("Error", f"<p>Error: {escape(wrong)}.</p>"), 401)
    if request.method != "POST":
        return HTMLResponse(_page(f"{asked['app_name']} would like to connect", _question(asked)))
    answer = parse_qs((await request.body()).decode()).get("answer", ["deny"])[0]
    if answer != "approve":
        return _return(asked, is_approved=False)
    key = store.grant(asked["scope"])
    if not await _post(asked, key, len(store.keys)):
        store.keys.remove(key)
        return HTMLResponse(_page("Error", "<p>Error: An error occurred in the request to the callback.</p>"), 401)
    store.ledger.write("key.granted", app=asked["app_name"], permissions=key.permissions, user_id=asked["user_id"])
    return _return(asked, is_approved=True)


def _wrong(asked: Mapping[str, str]) -> str:
    """What is missing or not allowed; "" when all is well."""
    for name in NEEDED:
        if not asked.get(name):
            return f"Missing parameter {name}"
    if asked["scope"] not in SCOPES:
        return f"Invalid scope {asked['scope']}"
    parts = urlsplit(asked["callback_url"])
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return "The callback_url needs to be over SSL"
    return "" if urlsplit(asked["return_url"]).scheme in {"http", "https"} else "The return_url is not a valid URL"


async def _post(asked: Mapping[str, str], key: ApiKey, number: int) -> bool:
    pair = {"consumer_key": key.consumer_key, "consumer_secret": key.consumer_secret}
    body = {"key_id": number, "user_id": asked["user_id"], **pair, "key_permissions": key.permissions}
    async with httpx.AsyncClient(timeout=60, follow_redirects=False, trust_env=False) as client:
        try:
            answer = await client.post(asked["callback_url"], json=body)
        except httpx.HTTPError:
            return False
    return answer.status_code == 200


def _return(asked: Mapping[str, str], *, is_approved: bool) -> Response:
    pairs = urlencode({"success": int(is_approved), "user_id": asked["user_id"]})
    mark = "&" if "?" in asked["return_url"] else "?"
    return RedirectResponse(f"{asked['return_url']}{mark}{pairs}", 302)


def _question(asked: Mapping[str, str]) -> str:
    buttons = "<button name='answer' value='approve'>Approve</button> <button name='answer' value='deny'>Deny</button>"
    wanted = escape(asked["scope"].replace("_", " and "))
    return f"<p>This will give it <b>{wanted}</b> access to the shop.</p><form method='post'>{buttons}</form>"


def _page(title: str, body: str) -> str:
    head = (
        "<meta charset='utf-8'><meta name='viewport' content='width=device-width'><style>:root{color-scheme:light dark}"
    )
    style = "body{font:16px/1.5 system-ui;max-width:32rem;margin:3rem auto;padding:0 1rem}</style>"
    return (
        f"<!DOCTYPE html><html lang='en'><head>{head}{style}</head><body><h1>{escape(title)}</h1>{body}</body></html>"
    )
