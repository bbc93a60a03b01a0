"""Puts ``core.Actor`` on a request; everything below reads only that."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from entrepot.core.acting import acting
from entrepot.core.actor import Actor

from .services import actor_of, authenticate_key

_SCHEME = "bearer "


class ActorMiddleware:
    """Sets ``request.actor``: of the key in ``Authorization: Bearer``, else of the logged-in person, or None.

    A key that is not good is nobody, whoever is logged in beside it. A request without either costs no query. What the
    request does is said in history to be done by this actor.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        actor = _actor(request)
        request.actor = actor  # type: ignore[attr-defined]
        with acting(actor.name if actor else ""):
            return self.get_response(request)


def _actor(request: HttpRequest) -> Actor | None:
    given = request.headers.get("Authorization", "")
    if not given:
        return actor_of(request.user)
    return authenticate_key(given[len(_SCHEME) :].strip()) if given.lower().startswith(_SCHEME) else None
