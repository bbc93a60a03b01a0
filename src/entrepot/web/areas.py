"""Who may call which part of the API: an area is what an API key's scopes name, such as ``orders``."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja.security import HttpBearer

from entrepot.core.actor import Actor

AREAS = (
    "accounts", "channels", "events", "listings", "mappings", "orders", "packages", "prices", "products", "runs",
    "set_aside", "stock",
)  # fmt: skip
_SAFE = ("GET", "HEAD", "OPTIONS")


class ActorRequest(HttpRequest):
    """A request that an :class:`Area` let in. For type hints only."""

    auth: Actor


class Area(HttpBearer):
    """Lets in an actor that accounts put on the request, if its role and scopes allow the method.

    A key (``Authorization: Bearer en_…``) may do all that its scopes say; a person's session of the panel only reads,
    so that no other site can act in its name.
    """

    def __init__(self, area: str) -> None:
        super().__init__()
        assert area in AREAS, area
        self.area = area

    def __call__(self, request: HttpRequest) -> Any:
        return self.authenticate(request, request.headers.get(self.header, ""))

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The actor, or None (401): nobody, or a session without key that wants to write.

        Raises:
            PermissionDenied: role or scopes do not allow it (403); says what would.
        """
        actor: Actor | None = getattr(request, "actor", None)
        verb = "read" if request.method in _SAFE else "write"
        if actor is None or (verb == "write" and not token):
            return None
        if not actor.may(self.area, verb):
            raise PermissionDenied(f"{actor.name} ({actor.role}) lacks {self.area}:{verb}")
        return actor


def operator_only(actor: Actor) -> None:
    """Refuse everybody but the operator: what is asked for touches every seller.

    Raises:
        PermissionDenied: a seller's person or key.
    """
    if actor.seller_ids is not None:
        raise PermissionDenied("only the operator may do this: it touches every seller")
