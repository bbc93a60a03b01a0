"""Buyers: they buy what is on sale and in stock, and nothing else."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from . import ledger_notes, packages, subscriptions
from .customers import buyer
from .fixture import carrier, categories
from .ledger_notes import hundredths
from .model import Line, Listing, Package
from .product_rules import stated_value
from .reviews import attributes_by_kind
from .storefronts import STOREFRONTS

if TYPE_CHECKING:
    from .world import World

DEFAULT_CARRIER = "TEXMP"


def place(
    world: World, *, lines: list[dict[str, Any]], storefront: str = "TR", awaiting: bool = False, micro: bool = False,
    customer: dict[str, Any] | None = None, odd: dict[str, Any] | None = None, odd_line: dict[str, Any] | None = None,
) -> Package:  # fmt: skip
    """A buyer's order, as one package; the stock on sale falls by it at once.

    ``lines`` are ``{"barcode", "quantity", "discount_percentage"?, "ty_discount_percentage"?}``, the last one only for
    commercial buyers. ``odd`` and ``odd_line`` are keys that override what the payload shows.

    Raises:
        ValueError: not on sale, or fewer in stock than wanted; the ledger notes it as ``purchase.refused``.
    """
    if storefront not in STOREFRONTS:
        raise ValueError(f"storefront must be one of {', '.join(STOREFRONTS)}, not {storefront!r}")
    country = "AZ" if micro and not (customer or {}).get("country") else storefront
    person = buyer(world.faults.stream("buyers"), country, customer, world.number("customer", 550_001))
    bought = [_wanted(world, storefront, row) for row in _merged(lines)]
    made = [_line(world, listing, row, person["commercial"]) for listing, row in bought]
    for listing, row in bought:
        listing.quantity -= row["quantity"]
        listing.modified_ms = world.clock.ms()
    package = Package(
        world.number("package", 3_400_000_001), str(world.number("order", 10_900_000_001)), storefront,
        STOREFRONTS[storefront].currency, world.clock.ms(), "Awaiting" if awaiting else "Created", made, person,
        _carrier_of(bought[0][0]), is_micro=micro, odd=odd or {}, odd_line=odd_line or {},
    )  # fmt: skip
    package.deci = float(sum(row["quantity"] * (o.product.get("dimensionalWeight") or 1) for o, row in bought))
    _begin(world, package)
    return package


def _begin(world: World, package: Package) -> None:
    package.history = [{"createdDate": package.ordered_ms, "status": package.status}]
    for line in package.lines:
        line.status = package.status
    if package.status == "Created":
        packages.assign_tracking(world, package, package.carrier)
    world.add_package(package)
    ledger_notes.order_placed(world, package)
    if package.status in subscriptions.WORDS:
        subscriptions.announce(world, package)


def _merged(lines: object) -> list[dict[str, Any]]:
    """One row per barcode, in the order of the basket."""
    if (
        not isinstance(lines, list)
        or not lines
        or not all(isinstance(row, dict) and row.get("barcode") for row in lines)
    ):
        raise ValueError(
            'lines must be a list such as [{"barcode": "CAY-RIZE-500", "quantity": 2}], not ' + repr(lines)[:60]
        )
    rows: dict[str, dict[str, Any]] = {}
    for row in lines:
        wanted = row.get("quantity", 1)
        if isinstance(wanted, bool) or not isinstance(wanted, int) or wanted < 1:
            raise ValueError(f"quantity of {row['barcode']} must be a whole number above 0, not {wanted!r}")
        first = rows.setdefault(str(row["barcode"]), {**row, "quantity": 0})
        first["quantity"] += wanted
    return list(rows.values())


def _wanted(world: World, storefront: str, row: dict[str, Any]) -> tuple[Listing, dict[str, Any]]:
    listing = world.listing(storefront, row["barcode"])
    in_stock = listing.quantity if listing and (listing.on_sale or not listing.quantity) else 0
    if listing is None or not listing.on_sale or in_stock < row["quantity"]:
        world.ledger.write(
            "purchase.refused", barcode=row["barcode"], storefront=storefront, wanted=row["quantity"], in_stock=in_stock
        )
        why = f"only {in_stock} in stock" if listing and listing.on_sale else "not on sale"
        raise ValueError(f"{row['barcode']} on {storefront}: {why}, {row['quantity']} wanted")
    return listing, row


def _carrier_of(listing: Listing) -> str:
    codes = listing.product.get("cargoProviders") or [DEFAULT_CARRIER]
    found = carrier(codes[0])
    return found.code if found else DEFAULT_CARRIER


def _line(world: World, listing: Listing, row: dict[str, Any], commercial: bool) -> Line:
    gross, n = hundredths(listing.sale_price), row["quantity"]
    seller = _spread(gross, n, row.get("discount_percentage", 0))
    ty = _spread(gross, n, row.get("ty_discount_percentage", 0) if commercial else 0)
    return Line(
        world.number("line", 4_800_000_001), listing.barcode, gross, [[s, t] for s, t in zip(seller, ty, strict=True)],
        [world.number("item", 900_001) for _ in range(n)], float(listing.product["vatRate"]), _shown(world, listing),
    )  # fmt: skip


def _spread(gross: int, units: int, percentage: object) -> list[int]:
    """A discount on all units, in hundredths by unit; the first units carry what does not divide."""
    if isinstance(percentage, bool) or not isinstance(percentage, (int, float)) or not 0 <= percentage <= 100:
        raise ValueError(f"a discount is from 0 to 100 percent, not {percentage!r}")
    share = Decimal(gross * units) * Decimal(str(percentage)) / 100
    each, rest = divmod(int(share.quantize(Decimal(1), ROUND_HALF_UP)), units)
    return [each + (number < rest) for number in range(units)]


def _shown(world: World, listing: Listing) -> dict[str, Any]:
    """What the order shows of the product, as it was when bought."""
    p = listing.product
    content = world.contents[listing.content_id]
    known, _, varianters = attributes_by_kind(world, p["categoryId"])
    texts = {a["attributeId"]: value_text(known, a) for a in p["attributes"]}
    size = next((texts[n] for n in varianters if n in texts), "Tek Ebat")
    return {
        "productSize": size, "stockCode": p.get("stockCode"), "productName": f"{content.title}, {size}",
        "contentId": listing.content_id, "productOrigin": p.get("origin"), "productColor": texts.get(47, ""),
        "productCategoryId": p["categoryId"], "businessUnit": categories()[p["categoryId"]].name,
    }  # fmt: skip


def value_text(known: dict[int, Any], row: dict[str, Any]) -> str:
    """The text of an attribute's value, in Turkish."""
    ids, custom = stated_value(row)
    attribute = known.get(row["attributeId"])
    names = {value[0]: value[1] for value in attribute.values} if attribute else {}
    return custom if custom is not None else ", ".join(names.get(number, str(number)) for number in ids)


def place_random(world: World, storefront: str | None = None) -> Package | None:
    """A buyer takes one to three things that are in stock; nobody comes when nothing is."""
    source = world.faults.stream("buyers")
    first = _something(world, storefront)
    if first is None:
        return None
    others = [_something(world, first.storefront) for _ in range(source.randrange(0, 3))]
    chosen = {o.barcode: o for o in [first, *others] if o is not None}
    lines = [
        {"barcode": o.barcode, "quantity": min(o.quantity, source.choice((1, 1, 1, 2, 3))),
         "discount_percentage": source.choice((0, 0, 0, 10, 15))}
        for o in chosen.values()
    ]  # fmt: skip
    return place(world, lines=lines, storefront=first.storefront)


def _something(world: World, storefront: str | None) -> Listing | None:
    """What a buyer finds: a few random looks first, all shelves only when those were empty."""
    source, keys = world.faults.stream("buyers"), world.shelves()
    for _ in range(min(len(keys), 30)):
        listing = world.listings.get(source.choice(keys))
        if listing is not None and listing.on_sale and storefront in (None, listing.storefront):
            return listing
    found = [o for o in world.listings.values() if o.on_sale and storefront in (None, o.storefront)]
    return source.choice(found) if found else None


MOST_ARRIVALS = 200  # in one tick, after the clock was moved far ahead


def arrive(world: World) -> None:
    """Buyers that came since the last tick, at the rate of ``arrivals``."""
    rate = world.arrivals["per_minute"]
    if not rate:
        return
    source, now = world.faults.stream("arrivals"), world.clock.ms()
    for _ in range(MOST_ARRIVALS):
        if world.arrivals["next_ms"] > now:
            return
        place_random(world)
        world.arrivals["next_ms"] += source.expovariate(rate / 60_000)
    world.arrivals["next_ms"] = now
