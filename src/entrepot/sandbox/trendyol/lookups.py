"""Brands, categories, attributes, carriers, addresses and places: what a seller looks up before listing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from .fixture import ADDRESSES, CARRIERS, CITIES, DISTRICTS, Attribute, Category, categories, roots
from .gate import Ask, Call
from .storefronts import STOREFRONTS

if TYPE_CHECKING:
    from .world import World

BRAND_PAGE = (1000, 2000)  # a smaller size is ignored
IMAGE_TYPES = {"image/jpeg", "image/png"}


def brands(world: World, ask: Ask) -> Any:
    """A page without totals; the page after the last is empty."""
    size = max(BRAND_PAGE[0], min(BRAND_PAGE[1], ask.number("size", BRAND_PAGE[0])))
    page = ask.number("page", 0)
    rows = list(world.brands.items())[page * size : (page + 1) * size]
    return {"brands": [{"id": number, "name": name, "luxe": False} for number, name in rows]}


def brands_by_name(world: World, ask: Ask) -> Any:
    """Documented as case-sensitive; a switch makes it a substring in any case, as it was seen."""
    wanted = ask.query.get("name", "")
    loose = world.switches.brand_by_name == "substring"
    found = ((n, b) for n, b in world.brands.items() if (wanted.lower() in b.lower() if loose else wanted == b))
    return [{"id": number, "name": name} for number, name in found]


def create_brand(world: World, ask: Ask) -> Response:
    """A name and one to three images; the storefront header is required here."""
    name = str(ask.form.get("name", "")).strip()
    images = [kind for field, kind, content in ask.files if field == "images" and content]
    if "storefrontcode" not in ask.headers:
        raise ask.refuse(400, "invalid.storefrontcode", "storeFrontCode is required")
    if not name:
        raise ask.refuse(400, "invalid.brand.name", "name is required")
    if not 1 <= len(images) <= 3 or set(images) - IMAGE_TYPES:
        raise ask.refuse(400, "invalid.brand.images", "images must be 1 to 3 files, image/jpeg or image/png")
    if name in world.brands.values():
        raise ask.refuse(409, "brand.already.exists", f"brand {name} exists")
    number = world.number("brand", 70101)
    world.brands[number] = name
    world.ledger.write("brand.created", brand_id=number, name=name)
    return JSONResponse({"brandId": number}, 201)


def category_tree(world: World, ask: Ask) -> Any:
    """The whole tree, or the nodes of any level whose name contains ``name``."""
    wanted = ask.query.get("name", "").lower()
    nodes = [c for c in categories().values() if wanted in _name(c, ask).lower()] if wanted else list(roots())
    shown = [_tree(node, ask) for node in nodes]
    return shown if world.switches.category_list == "bare" else {"categories": shown}


def _tree(node: Category, ask: Ask) -> dict[str, Any]:
    below = [_tree(child, ask) for child in node.children]
    return {"id": node.id, "name": _name(node, ask), "parentId": node.parent_id, "subCategories": below}


def _name(node: Category | Attribute, ask: Ask) -> str:
    return node.name if ask.language == "tr" else node.name_en


def attribute_id(world: World, attribute: Attribute) -> int:
    """Its id; the web colour is documented under two."""
    return world.switches.web_color_id if attribute.id == 348 else attribute.id


def category_attributes(world: World, ask: Ask) -> Any:
    """Attributes with their flags, without values."""
    node = _category(ask)
    wanted = {"true": True, "false": False}.get(ask.query.get("required", "").lower())
    rows = [
        {
            "categoryId": node.id, "attribute": {"id": attribute_id(world, a), "name": _name(a, ask)},
            "required": a.required, "allowCustom": a.custom, "varianter": a.varianter, "slicer": a.slicer,
            "allowMultipleAttributeValues": a.multiple,
        }
        for a in node.attributes() if wanted is None or a.required == wanted
    ]  # fmt: skip
    return {"id": node.id, "name": _name(node, ask), "displayName": _name(node, ask), "categoryAttributes": rows}


def _category(ask: Ask) -> Category:
    text = ask.path["category_id"]
    node = categories().get(int(text)) if text.isdecimal() else None
    if node is None:
        raise ask.refuse(404, "category.not.found", f"category {text} does not exist")
    return node


def attribute_values(world: World, ask: Ask) -> Any:
    """A page of the values of one attribute; empty for free text."""
    text = ask.path["attribute_id"]
    found = [a for a in _category(ask).attributes() if str(attribute_id(world, a)) == text]
    if not found:
        raise ask.refuse(404, "attribute.not.found", f"attribute {text} is not of this category")
    page, size = ask.number("page", 0, most=1000), ask.number("size", 1000, most=1000, least=1)
    values = found[0].values
    key = world.switches.attribute_value_key
    shown = values[page * size : (page + 1) * size]
    content = [{"attributeValueId": v[0], key: v[1] if ask.language == "tr" else v[2]} for v in shown]
    return page_of(content, len(values), page, size)


def page_of(content: list[Any], total: int, page: int, size: int) -> dict[str, Any]:
    """The page envelope; ``page`` counts from zero."""
    return {"totalElements": total, "totalPages": -(-total // size), "page": page, "size": size, "content": content}


def cargo_providers(_world: World, _ask: Ask) -> Any:
    """Codes and names."""
    return [{"code": c.code, "name": c.name} for c in CARRIERS.values()]


def addresses(world: World, _ask: Ask) -> Any:
    """The seller's addresses, with flags named as the switch says."""
    rows = [_address(world, row) for row in ADDRESSES]
    return {
        "supplierAddresses": rows, "defaultShipmentAddress": rows[0], "defaultInvoiceAddress": rows[1],
        "defaultReturningAddress": {"present": True},
    }  # fmt: skip


def _address(world: World, row: tuple[Any, ...]) -> dict[str, Any]:
    number, kind, city, city_code, district, district_id, postcode, street, is_default = row
    flags = {f"{name.lower()}Address": kind == name for name in ("Shipment", "Invoice", "Returning")}
    flags["default"] = is_default
    if world.switches.address_flags == "isDefault":
        flags = {f"is{name[0].upper()}{name[1:]}": value for name, value in flags.items()}
    return {
        "id": number, "addressType": kind, "country": "Türkiye", "city": city, "cityCode": city_code,
        "district": district, "districtId": district_id, "postCode": postcode, "address": street,
        "fullAddress": f"{street} {district} {postcode} {city} Türkiye", **flags,
    }  # fmt: skip


def countries(_world: World, _ask: Ask) -> Any:
    """The countries of the storefronts."""
    return [{"id": s.number, "code": s.code, "name": s.country} for s in STOREFRONTS.values()]


def cities(_world: World, _ask: Ask) -> Any:
    """A few Turkish cities."""
    return [{"id": number, "name": name, "code": code} for number, name, code in CITIES]


def districts(_world: World, ask: Ask) -> Any:
    """By the city's id; its code, which is another number, breaks the real service too."""
    text = ask.path["city_id"]
    if not text.isdecimal() or int(text) not in DISTRICTS:
        raise ask.refuse(500, "generic.exception", "Exception Occured")
    return [{"id": number, "name": name, "code": str(number)} for number, name in DISTRICTS[int(text)]]


def _read(path: str, handler: Any) -> Call:
    return Call("GET", path, handler, "product_read", "product")


CALLS = [
    _read("/product/brands", brands),
    _read("/product/brands/by-name", brands_by_name),
    Call("POST", "/product/sellers/{seller_id}/brands", create_brand, "product_write", "product", "form"),
    _read("/product/product-categories", category_tree),
    _read("/product/categories/{category_id}/attributes", category_attributes),
    _read("/product/categories/{category_id}/attributes/{attribute_id}/values", attribute_values),
    Call("GET", "/product/lookup/cargo-providers", cargo_providers, "", "product"),
    _read("/sellers/{seller_id}/addresses", addresses),
    Call("GET", "/member/countries", countries),
    Call("GET", "/member/countries/domestic/TR/cities", cities),
    Call("GET", "/member/countries/domestic/TR/cities/{city_id}/districts", districts),
]
