"""Where remotes post to us. The answer is a bare status, so that nobody learns anything by guessing."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from structlog import get_logger

from entrepot.core.clock import now
from entrepot.ingress.services import receive
from entrepot.ingress.services.webhook import MAX_BYTES
from entrepot.web.caller import caller_ip

log = get_logger(__name__)
_WORDS = {
    200: "taken", 400: "unreadable", 401: "unauthorised", 404: "unknown", 405: "post here", 413: "too large",
    422: "unreadable", 503: "busy",
}  # fmt: skip


@csrf_exempt
def receive_webhook(request: HttpRequest, token: str) -> HttpResponse:
    """Take one webhook of the channel with this token; 200 only after it is committed."""
    if request.method != "POST":
        answer = _answer(405)
        answer["Allow"] = "POST"
        return answer
    if not (token.isascii() and token.isprintable()):
        return _answer(404)
    body = _body(request)
    if isinstance(body, int):
        return _answer(body)
    try:
        address = caller_ip(request)
        return _answer(receive(token=token, headers=request.headers, body=body, at=now(), address=address))
    except DatabaseError:
        log.exception("webhook.not_kept")  # the remote sends it again
        answer = _answer(503)
        answer["Retry-After"] = "5"
        return answer


def _body(request: HttpRequest) -> bytes | int:
    """The body as it came; or the status to refuse it with, before it is read where that can be told."""
    length = request.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and int(length) > MAX_BYTES:
        return 413
    try:
        return request.body
    except RequestDataTooBig:
        return 413
    except (UnreadablePostError, OSError):
        return 400


def _answer(status: int) -> HttpResponse:
    answer = HttpResponse(_WORDS.get(status, "refused"), status=status, content_type="text/plain; charset=utf-8")
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Length"] = str(len(answer.content))  # no middleware of the site does it
    return answer
