"""Puts ``core.Actor`` on a request; everything below reads only that."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from entrepot.core.acting import acting
from entrepot.core.actor import Actor
from entrepot.web.bound import bound_to
from entrepot.web.caller import caller_address
from entrepot.web.problems import problem

from .services import TooManyTries, actor_of, authenticate_key

_SCHEME = "bearer "


class ActorMiddleware:
    """Sets ``request.actor``: of the key in ``Authorization: Bearer``, else of the logged-in person, or None.

    A key that is not good is nobody, whoever is logged in beside it; too many of them are refused with 429. A request
    without either costs no query. What the request does is said in history to be done by this actor, and the database
    shows it the rows of this actor's sellers; to nobody, none.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            actor = _actor(request)
        except TooManyTries as many:
            answer = problem(429, detail=str(many))
            answer["Retry-After"] = str(many.wait_s)
            return answer
        request.actor = actor  # type: ignore[attr-defined]
        with acting(actor.name if actor else ""), bound_to(actor.seller_ids if actor else frozenset()):
            return self.get_response(request)


def _actor(request: HttpRequest) -> Actor | None:
    given = request.headers.get("Authorization", "")
    if not given:
        return actor_of(request.user)
    if not given.lower().startswith(_SCHEME):
        return None
    return authenticate_key(given[len(_SCHEME) :].strip(), address=caller_address(request))
