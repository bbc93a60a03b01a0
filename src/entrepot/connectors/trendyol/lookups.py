"""Trendyol's vocabulary: categories, attributes, values, brands; and the seller's addresses (page "Look-ups")."""

from __future__ import annotations

from typing import Any

from entrepot.core.errors import MappingError
from entrepot.kit import records
from entrepot.kit.requests import Account, Reply, Request, Window
from entrepot.kit.shipping import SellerAddress
from entrepot.kit.spec import Paged

from . import wire_lookups as wire
from .calls import numbered, rows, seller, to_page

_BRANDS, _VALUES = "1000", "1000"


def categories_first(account: Account, window: Window) -> Request:
    """The whole tree in one answer."""
    return Request("GET", "/product/product-categories", endpoint="categories", group="product_read")


def categories_page(account: Account, asked: Request, reply: Reply) -> Paged:
    """Every category of the tree."""
    tree = reply.body["categories"] if isinstance(reply.body, dict) else reply.body
    if not isinstance(tree, list):
        raise TypeError("is no list of categories")
    return flattened(tree), None


def category_raws(document: Any) -> list[Any]:
    """Categories of a tree, with or without its envelope, or of one branch."""
    return flattened(rows(document, "categories"))


def flattened(tree: list[Any]) -> list[Any]:
    """Every category by itself, parents first, with ``path`` and ``isLeaf``. What is no category stays as it is."""
    found: list[Any] = []
    waiting = [(node, "") for node in reversed(tree)]
    while waiting:
        node, above = waiting.pop()
        if not isinstance(node, dict):
            found.append(node)
            continue
        path = f"{above} > {node.get('name')}" if above else str(node.get("name"))
        children = node.get("subCategories") or []
        own = {name: value for name, value in node.items() if name != "subCategories"}
        if not isinstance(children, list):
            found.append(node)
            continue
        found.append({**own, "path": path, "isLeaf": not children})
        waiting += [(child, path) for child in reversed(children)]
    return found


def category(theirs: wire.Category, account: Account) -> records.Category:
    """One category."""
    return records.Category(
        category_ref=theirs.id, name=theirs.name, parent_ref=theirs.parentId, path=theirs.path, is_leaf=theirs.isLeaf
    )


def attributes_first(account: Account, window: Window) -> Request:
    """Attributes of the category that ``window.refs`` names.

    Raises:
        MappingError: it names none.
    """
    path = f"/product/categories/{_refs(window, 1)[0]}/attributes"
    return Request("GET", path, endpoint="attributes", group="product_read")


def attributes_page(account: Account, asked: Request, reply: Reply) -> Paged:
    """All in one answer."""
    return reply.body["categoryAttributes"], None


def attribute_raws(document: Any) -> list[Any]:
    """Attributes of an answer, a list, or one."""
    return rows(document, "categoryAttributes")


def attribute(theirs: wire.Attribute, account: Account) -> records.Attribute:
    """One attribute of one category."""
    return records.Attribute(
        attribute_ref=theirs.attribute.id, category_ref=theirs.categoryId, name=theirs.attribute.name,
        is_required=theirs.required, is_custom=theirs.allowCustom, is_slicer=theirs.slicer,
        is_varianter=theirs.varianter, is_multiple=theirs.allowMultipleAttributeValues,
    )  # fmt: skip


def values_first(account: Account, window: Window) -> Request:
    """Values of the attribute that ``window.refs`` names as ``category/attribute``.

    Raises:
        MappingError: it does not.
    """
    category_ref, attribute_ref = _refs(window, 2)
    path = f"/product/categories/{category_ref}/attributes/{attribute_ref}/values"
    return Request("GET", path, {"page": "0", "size": _VALUES}, endpoint="values", group="product_read")


def values_page(account: Account, asked: Request, reply: Reply) -> Paged:
    """Values, each told what it belongs to."""
    found, following = numbered(account, asked, reply)
    _, _, _, category_ref, _, attribute_ref, _ = asked.path.split("/")
    named = {"categoryId": category_ref, "attributeId": attribute_ref}
    return [{**raw, **named} if isinstance(raw, dict) else raw for raw in found], following


def value(theirs: wire.Value, account: Account) -> records.AttributeValue:
    """One value; in a file without its question, of no attribute."""
    return records.AttributeValue(
        value_ref=theirs.attributeValueId, attribute_ref=theirs.attributeId, category_ref=theirs.categoryId,
        name=theirs.attributeValue,
    )  # fmt: skip


def brands_first(account: Account, window: Window) -> Request:
    """Brands by the thousand, the smallest page that the service promises to keep to."""
    return Request("GET", "/product/brands", {"page": "0", "size": _BRANDS}, endpoint="brands", group="product_read")


def brands_page(account: Account, asked: Request, reply: Reply) -> Paged:
    """Pages until one is empty: the answer counts nothing."""
    found = reply.body["brands"]
    return found, to_page(asked, int(asked.query["page"]) + 1) if found else None


def brand_raws(document: Any) -> list[Any]:
    """Brands of a page, of a search by name, or one."""
    return rows(document, "brands")


def brand(theirs: wire.Brand, account: Account) -> records.Brand:
    """One brand."""
    return records.Brand(brand_ref=theirs.id, name=theirs.name)


def addresses_first(account: Account, window: Window) -> Request:
    """The seller's addresses."""
    return Request("GET", f"/sellers/{seller(account)}/addresses", endpoint="addresses", group="product_read")


def addresses_page(account: Account, asked: Request, reply: Reply) -> Paged:
    """All in one answer; the defaults beside the list repeat entries of it."""
    return reply.body["supplierAddresses"], None


def address_raws(document: Any) -> list[Any]:
    """Addresses of an answer, a list, or one."""
    return rows(document, "supplierAddresses")


def address(theirs: wire.Address, account: Account) -> SellerAddress:
    """One address with its uses, by flag or by type."""
    types = {"Shipment": "ship", "Invoice": "bill", "Returning": "return"}
    flags = {"ship": theirs.ship, "bill": theirs.bill, "return": theirs.back}
    uses = tuple(use for use, flag in flags.items() if flag or types.get(theirs.addressType) == use)
    return SellerAddress(
        address_ref=theirs.id,
        uses=uses,
        is_default=theirs.is_default,
        party=records.Party(
            lines=tuple(filter(None, (theirs.address, theirs.buildingNumber))), district=theirs.district,
            city=theirs.city, region=theirs.stateCountyProvince, postcode=theirs.postCode, country=theirs.country,
        ),
    )  # fmt: skip


def _refs(window: Window, parts: int) -> list[str]:
    refs = window.refs[0].split("/") if len(window.refs) == 1 else []
    if len(refs) != parts or not all(ref.isdigit() for ref in refs):
        wanted = "a category" if parts == 1 else "category/attribute"
        raise MappingError("window", "refs", f"must be one {wanted}, in Trendyol's numbers, not {window.refs!r}")
    return refs
