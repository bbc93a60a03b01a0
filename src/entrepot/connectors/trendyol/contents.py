"""Listings out: creating them, and changing what is pending, approved, or a variant (page "Product create V2")."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from entrepot.core.errors import MappingError
from entrepot.kit.records import Content
from entrepot.kit.requests import Account, Request

from .calls import seller
from .content_fields import attributes, card, identity, sold, trade
from .offers import barcode, distinct, on_storefront, prices, quantity

CHUNK = 1000

Item = dict[str, object]


def create(account: Account, contents: Sequence[Content]) -> Request:
    """New listings. Trendyol approves them later; the batch's SUCCESS means that they went into review.

    Raises:
        MappingError: a listing that cannot be said; names it, the field and what is allowed.
    """
    return _request(account, "/v2/products", "create", contents, new)


def update(account: Account, contents: Sequence[Content]) -> Request:
    """Listings that are pending or were refused: everything but price and stock.

    Raises:
        MappingError: as :func:`create`.
    """
    return _request(account, "/products/unapproved-bulk-update", "unapproved_update", contents, pending)


def update_variants(account: Account, contents: Sequence[Content]) -> Request:
    """What belongs to one approved barcode: stock code, origin, VAT, weight. All of it is sent.

    Raises:
        MappingError: as :func:`create`.
    """
    return _request(account, "/products/variant-bulk-update", "variant_update", contents, variant)


def update_content(account: Account, contents: Sequence[Content]) -> Request:
    """Cards of approved listings. The variants of a card are one item: what they share.

    Raises:
        MappingError: no ``content_ref`` yet, or two variants want different texts on one card.
    """
    cards: dict[str, list[Content]] = {}
    for content in contents:
        record = f"listing {content.listing_ref}"
        if not content.content_ref:
            raise MappingError(record, "content_ref", "is missing; only an approved listing has a card to change")
        on_storefront(account, content.storefront, record)
        cards.setdefault(content.content_ref, []).append(content)
    items = [_card_item(account, ref, of_card) for ref, of_card in cards.items()]
    return _write(account, "POST", "/products/content-bulk-update", "content_update", items)


def archive(is_archived: bool) -> Callable[[Account, Sequence[Any]], Request]:
    """A request that takes listings off sale, or puts them back. It sets a state, so it may be repeated."""

    def build(account: Account, listings: Sequence[Any]) -> Request:
        distinct(listings)
        items: list[Item] = [{**_key(one), "archived": is_archived} for one in listings]
        return _write(account, "PUT", "/products/archive-state", "archive", items, is_safe=True)

    return build


def unlock(account: Account, listings: Sequence[Any]) -> Request:
    """Lifts locks that Trendyol set for a suspicious price or for unsupplied orders; may be repeated."""
    distinct(listings)
    return _write(account, "PUT", "/products/unlock", "unlock", [_key(one) for one in listings], is_safe=True)


def new(account: Account, content: Content) -> Item:
    """One item of a create call."""
    record = f"listing {content.listing_ref}"
    return {
        **identity(account, content, record),
        **card(content, record),
        **sold(account, content, record),
        **trade(account),
        "quantity": quantity(content.quantity, record),
        **prices(account, content.sale_price, content.list_price, content.currency, record),
        "attributes": attributes(content, str(account.setting("attribute_shape", "singular")), record),
    }


def pending(account: Account, content: Content) -> Item:
    """One item of an update of an unapproved listing; nearly all is sent, since leaving fields out gave HTTP 500."""
    record = f"listing {content.listing_ref}"
    return {
        **identity(account, content, record),
        **card(content, record),
        **sold(account, content, record),
        **trade(account),
        "attributes": attributes(content, str(account.setting("attribute_shape_update", "singular")), record),
    }


def variant(account: Account, content: Content) -> Item:
    """One item of a variant update."""
    record = f"listing {content.listing_ref}"
    return {**_key(content), **sold(account, content, record), **trade(account, with_delivery=False)}


def _card_item(account: Account, content_ref: str, of_card: Sequence[Content]) -> Item:
    first = of_card[0]
    for other in of_card[1:]:
        for name in ("title", "description", "images"):
            if getattr(other, name) != getattr(first, name):
                raise MappingError(
                    f"listing {other.listing_ref}", name, f"differs from {first.listing_ref}'s, on the same card"
                )
    record = f"listing {first.listing_ref}"
    shape = str(account.setting("attribute_shape_update", "singular"))
    # What differs between variants of a card is their own (a size) and cannot be changed here.
    shared = [a for a in first.attributes if all(a in other.attributes for other in of_card)]
    if not content_ref.isdigit():
        raise MappingError(record, "content_ref", f"must be a number, not {content_ref!r}")
    return {
        "contentId": int(content_ref),
        **card(first, record),
        "attributes": attributes(first, shape, record, only=shared),
    }


def _key(listing: Any) -> Item:
    return {"barcode": barcode(listing.listing_ref, f"listing {listing.listing_ref}")}


def _request(
    account: Account, path: str, endpoint: str, contents: Sequence[Content], item: Callable[[Account, Content], Item]
) -> Request:
    distinct(contents)
    for content in contents:
        on_storefront(account, content.storefront, f"listing {content.listing_ref}")
    return _write(account, "POST", path, endpoint, [item(account, content) for content in contents])


def _write(
    account: Account, method: str, path: str, endpoint: str, items: Sequence[Item], *, is_safe: bool = False
) -> Request:
    return Request(
        method, f"/product/sellers/{seller(account)}{path}", body={"items": list(items)}, endpoint=endpoint,
        group="product_write", is_safe=is_safe,
    )  # fmt: skip
