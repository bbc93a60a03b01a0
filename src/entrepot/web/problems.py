"""RFC 9457 problem bodies, and the one table from exceptions to them."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse

CONTENT_TYPE = "application/problem+json"


def problem(
    status: int, *, type: str = "about:blank", title: str = "", detail: str = "", **more: Any
) -> HttpResponse:
    """A response with a problem body; ``more`` are members of our own, such as ``errors`` or ``allowed``.

    ``type`` is ``about:blank`` or a relative reference such as ``/problems/illegal-move``. Source: RFC 9457 §3.1.
    """
    body = {"type": type, "title": title or HTTPStatus(status).phrase, "status": status}
    body |= {"detail": detail} if detail else {}
    return HttpResponse(json.dumps(body | more, default=str), status=status, content_type=CONTENT_TYPE)
