"""Addresses and headers that all calls share, and how a pull comes to its next page."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from entrepot.core.errors import MappingError
from entrepot.kit.requests import Account, Reply, Request
from entrepot.kit.spec import Paged

from .storefronts import HOME, LANGUAGES, storefront_of

_INTEGRATOR = re.compile(r"[A-Za-z0-9]{1,30}")
DEEPEST = 10_000  # page × size may not pass this (orders and products)


def seller(account: Account) -> str:
    """The seller's number, part of nearly every address.

    Raises:
        MappingError: the account has none.
    """
    if not account.account_ref.isdigit():
        raise MappingError("account", "account_ref", f"must be Trendyol's seller number, not {account.account_ref!r}")
    return account.account_ref


def headers(account: Account) -> dict[str, str]:
    """Who calls, and about which storefront. A call without User-Agent is refused with 403.

    Raises:
        MappingError: the account has no seller number, or an integrator's name that Trendyol does not take.
    """
    storefront = storefront_of(account)
    integrator = str(account.setting("integrator", "SelfIntegration"))
    if not _INTEGRATOR.fullmatch(integrator):
        raise MappingError("account", "integrator", f"must be 1 to 30 letters and digits, not {integrator!r}")
    named = {
        "User-Agent": f"{seller(account)} - {integrator}",
        "Accept-Language": str(account.setting("language") or LANGUAGES.get(storefront, "en")),
    }
    return named if storefront == HOME else {**named, "storeFrontCode": storefront}


def to_page(asked: Request, page: int) -> Request:
    """``asked`` for another page, counted from 0."""
    return dataclasses.replace(asked, query={**asked.query, "page": str(page)})


def numbered(account: Account, asked: Request, reply: Reply) -> Paged:
    """A page of ``{content, totalPages}`` and the request for the next."""
    following = int(asked.query["page"]) + 1
    more = following < reply.body["totalPages"] and reply.body["content"]
    return reply.body["content"], to_page(asked, following) if more else None


def rows(document: Any, *under: str) -> list[Any]:
    """The records of a whole answer, a page (a list below ``content`` or one of ``under``), a list or one record.

    Raises:
        ValueError: a page without a list.
    """
    if isinstance(document, list):
        return document
    name = next((n for n in (*under, "content") if isinstance(document, dict) and n in document), None)
    if name is None:
        return [document]
    if not isinstance(document[name], list):
        raise ValueError(f"{name} must be a list")  # noqa: TRY004 - says that the page is none
    return list(document[name])
