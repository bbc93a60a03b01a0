"""Refusals of the store, in the envelope that WordPress gives them."""

from __future__ import annotations

from typing import Any


class WooError(Exception):
    """``{"code", "message", "data": {"status", …}}``; with ``bare`` the data is the status number alone."""

    def __init__(self, code: str, message: str, status: int, *, bare: bool = False, **facts: Any) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status
        self.bare, self.facts = bare, facts
        self.headers: dict[str, str] = {}

    def envelope(self) -> dict[str, Any]:
        """The body of the answer, also the ``error`` of a batch item."""
        facts: Any = self.status if self.bare else {"status": self.status, **self.facts}
        return {"code": self.code, "message": self.message, "data": facts}


def invalid_id(kind: str, *, writing: bool) -> WooError:
    """404 for a read or a deletion, 400 for an update (reference §1.2)."""
    return WooError(f"woocommerce_rest_{kind}_invalid_id", "Invalid ID.", 400 if writing else 404)


def invalid_params(reasons: dict[str, tuple[str, str]]) -> WooError:
    """``reasons`` is parameter → (detail code, text); all are named in one 400."""
    return WooError(
        "rest_invalid_param",
        f"Invalid parameter(s): {', '.join(reasons)}",
        400,
        params={name: text for name, (_, text) in reasons.items()},
        details={name: {"code": code, "message": text, "data": None} for name, (code, text) in reasons.items()},
    )


def no_route() -> WooError:
    """Neither path nor method is known."""
    return WooError("rest_no_route", "No route was found matching the URL and request method.", 404)


def cannot_trash(what: str) -> WooError:
    """DELETE without ``force=true`` where there is no bin."""
    text = f"{what} do not support trashing."
    return WooError("woocommerce_rest_trash_not_supported", text, 501)
