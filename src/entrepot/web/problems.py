"""RFC 9457 problem bodies, and the one table from exceptions to them."""

from __future__ import annotations

import json
import math
import re
from http import HTTPStatus
from typing import Any

from django.core.exceptions import (
    BadRequest,
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from structlog import get_logger

from entrepot.core import errors
from entrepot.core.validation import wording

CONTENT_TYPE = "application/problem+json"
log = get_logger(__name__)


def problem(status: int, *, type: str = "about:blank", title: str = "", detail: str = "", **more: Any) -> HttpResponse:
    """A response with a problem body; ``more`` are members of our own, such as ``errors`` or ``allowed``.

    ``type`` is ``about:blank`` or a relative reference such as ``/problems/illegal-move``. Source: RFC 9457 §3.1.
    """
    body = {"type": type, "title": title or HTTPStatus(status).phrase, "status": status}
    body |= {"detail": detail} if detail else {}
    return HttpResponse(json.dumps(body | more, default=str), status=status, content_type=CONTENT_TYPE)


def problem_of(error: Exception) -> HttpResponse | None:
    """The answer to an exception that a caller can act on; None: it is ours, and a 500."""
    if isinstance(error, ObjectDoesNotExist | Http404):
        return problem(404, detail=absent(error) if isinstance(error, ObjectDoesNotExist) else "")
    for django_kind, status, detail in _OF_DJANGO:
        if isinstance(error, django_kind):
            return problem(status, detail=detail or str(error))
    if isinstance(error, errors.IllegalMove):
        more = {"machine": error.machine, "state": error.state, "event": error.event, "allowed": list(error.allowed)}
        return problem(409, type="/problems/illegal-move", title="Not from this state", detail=str(error), **more)
    if isinstance(error, errors.Invalid | errors.MappingError):
        kind = "invalid" if isinstance(error, errors.Invalid) else "mapping"
        faults = error.faults if isinstance(error, errors.Invalid) else ((error.field, error.why),)
        fields = [{"field": name, "message": why} for name, why in faults]
        title = "Value not allowed" if kind == "invalid" else "Cannot be said in the other side's words"
        return problem(422, type=f"/problems/{kind}", title=title, detail=str(error), errors=fields)
    if isinstance(error, errors.Refused):
        return problem(409, type="/problems/refused", title="Refused", detail=str(error))
    return _remote(error) if isinstance(error, errors.RemoteError) else None


def absent(error: ObjectDoesNotExist) -> str:
    """What a row that is not there is told as: our own words, where a service gave some; never Django's."""
    text = str(error)
    if not text.endswith("matching query does not exist."):
        return text
    model = type(error).__qualname__.partition(".")[0]
    return f"there is no such {_CAMEL.sub(' ', model).lower()}"


_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


# (Django's error, status, what to say; empty: its own words), the particular before the general
_OF_DJANGO: tuple[tuple[type[Exception], int, str], ...] = (
    (PermissionDenied, 403, ""),
    (RequestDataTooBig, 413, "the body is too large"),
    (SuspiciousOperation, 400, "the request cannot be read"),
    (BadRequest, 400, "the request cannot be read"),
    (UnreadablePostError, 400, "the request cannot be read"),
    # The database's last word about a value that no check before it knew to refuse.
    (DataError, 422, "a value is too large, too long, or cannot be kept"),
)


def _remote(error: errors.RemoteError) -> HttpResponse:
    more = {} if error.status is None else {"remote_status": error.status}
    if isinstance(error, errors.RemoteBusy):
        kind = "outcome-unknown" if isinstance(error, errors.OutcomeUnknown) else "remote-busy"
        answer = problem(503, type=f"/problems/{kind}", title="The remote is busy", detail=str(error), **more)
        answer["Retry-After"] = str(max(1, math.ceil(error.retry_after_s)))
        return answer
    kind = "remote-changed" if isinstance(error, errors.RemoteChanged) else "remote-refused"
    return problem(502, type=f"/problems/{kind}", title="The remote refused", detail=str(error), **more)


def install(api: NinjaAPI) -> None:
    """Make every error of ``api`` a problem."""
    handled: list[type[Exception]] = [
        errors.EntrepotError, ObjectDoesNotExist, Http404, PermissionDenied, ValidationError, HttpError,
        AuthenticationError, Exception,
    ]  # fmt: skip
    for kind in handled:
        api.add_exception_handler(kind, _answer)


def _answer(request: HttpRequest, error: Any) -> HttpResponse:
    if isinstance(error, ValidationError):
        return _not_valid(error)
    if isinstance(error, AuthenticationError):
        answer = problem(401, detail="give a valid key: Authorization: Bearer en_…")
        answer["WWW-Authenticate"] = "Bearer"
        return answer
    if isinstance(error, HttpError):
        # Ninja raises 400 for a body that cannot be parsed, before anything is validated.
        return problem(error.status_code, detail=str(error))
    found = problem_of(error)
    if found is None:
        log.error("request.failed", method=request.method, path=request.path, status=500, exc_info=error)
        answer = problem(500)
        answer._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 - Django would say it again
        return answer
    return found


def _not_valid(error: ValidationError) -> HttpResponse:
    fields = [
        {
            "field": ".".join(str(p) for p in e["loc"][1:] if p not in _WRAPPERS),
            "in": str(e["loc"][0]),
            "message": wording(e),
        }
        for e in error.errors
    ]
    return problem(422, type="/problems/invalid", title="Value not allowed", detail=_first(fields), errors=fields)


_WRAPPERS = {"body", "data", "payload"}  # Ninja names the parameter of the function in the path


def _first(fields: list[dict[str, str]]) -> str:
    return "; ".join(f"{f['field'] or f['in']}: {f['message']}" for f in fields[:3])
