"""Django's own answers under ``/api/`` as problems."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from .problems import problem

_PREFIX = "/api/"


class ProblemMiddleware:
    """Turns Django's HTML answers of 400 and above under ``/api/`` into problem bodies; others pass unchanged."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_ours = request.path_info.startswith(_PREFIX) and response.status_code >= 400  # noqa: PLR2004
        if not is_ours or response.get("Content-Type", "").startswith("application/"):
            return response
        answer = problem(response.status_code)
        for name in ("Allow", "Retry-After", "WWW-Authenticate"):
            if name in response:
                answer[name] = response[name]
        return answer
