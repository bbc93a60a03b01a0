"""The shapes in which the service says no, and the exception that carries one to the edge."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """A call that is answered with an error: HTTP status, JSON body and headers."""

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status, self.body, self.headers = status, body, headers or {}


EXCEPTIONS = {
    400: "ClientApiBusinessException",
    401: "TrendyolAuthorizationException",
    404: "SellerIntegrationApiDomainNotFoundException",
}


def gateway_error(at_ms: int, status: int, key: str, message: str, exception: str = "") -> Refused:
    """E1: gateway and orders. ``timestamp`` in ms, ``exception`` by status when not named."""
    name = exception or EXCEPTIONS.get(status, "TrendyolSystemException" if status >= 500 else EXCEPTIONS[400])
    errors = [{"key": key, "message": message, "errorCode": ""}]
    return Refused(status, {"timestamp": at_ms, "exception": name, "errors": errors})


def bare_error(at_ms: int) -> Refused:
    """E6: a business error that says nothing."""
    return Refused(400, {"timestamp": at_ms, "exception": EXCEPTIONS[400], "errors": [{}]})


def product_error(status: int, key: str, message: str) -> Refused:
    """E2: products, prices, stock, and (assumed) webhooks; ``errorCode`` is the HTTP status as text."""
    return Refused(status, {"errors": [{"key": key, "message": message, "errorCode": str(status)}]})


LABEL_ERRORS = {
    400: (1001, "BadRequestException"),
    401: (1002, "UnauthorizedException"),
    404: (1001, "NotFoundException"),
}


def label_error(status: int, title: str) -> Refused:
    """E4: common labels."""
    code, kind = LABEL_ERRORS.get(status, LABEL_ERRORS[400])
    return Refused(status, {"error": {"status": status, "errors": [{"code": code, "type": kind, "title": title}]}})


def family_error(family: str, at_ms: int, status: int, key: str, message: str) -> Refused:
    """The shape that a family of calls (``product``, ``order``, ``webhook``, ``label``) uses for general errors."""
    if family in ("product", "webhook"):
        return product_error(status, key, message)
    if family == "label":
        return label_error(status, message)
    return gateway_error(at_ms, status, key, message)
