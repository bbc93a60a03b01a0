"""The forms of the marketplace's page: what can be chosen there now, by the state that each thing is in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.sandbox.desk import Field, Form, Given, Option, offered, picked, unpicked

from .ledger_notes import amount, money
from .limits import TIERS
from .packages import MOVES
from .storefronts import STOREFRONTS
from .switches import CHOICES, MOST
from .tables import state_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .model import Listing, Package
    from .world import World

BUYERS, PARCELS, PRODUCTS, SIMULATOR = "Buyers", "Parcels", "Products", "The simulator"
STEPS = {
    "pay": "Created", "ship": "Shipped", "deliver": "Delivered", "collect": "AtCollectionPoint",
    "undeliver": "UnDelivered", "return_package": "Returned",
}  # fmt: skip
CUSTOMER = '{"first_name": "Ada", "commercial": true}'
CURRENCIES = sorted({s.currency for s in STOREFRONTS.values()})


def forms(world: World) -> list[Form]:
    """All forms, the buyers' first."""
    return [*_buyers(world), *_parcels(world), *_products(world), *_simulator(world)]


# -- buyers ------------------------------------------------------------------------------------------------------------


def _buyers(world: World) -> list[Form]:
    customer = Field("customer", "customer (JSON)", "json", example=CUSTOMER, is_needed=False)
    there = _on_sale(world)
    empty = "Nothing is on sale and in stock. Connect a channel and push products, or use “seed product”."
    lines = Field(
        "lines", "product", "lines", there, "TR/CAY-RIZE-500",
        "Storefront and currency are those of the products; all lines are of one storefront.", empty=empty,
    )  # fmt: skip
    odd = [
        Field("lines", "product", "lines", there, "TR/CAY-RIZE-500", "None chosen: one thing in stock.",
              empty=empty, is_needed=False),
        Field("status", "status word", example="Shelved", is_needed=False),
        Field("total", "total", "number", example="1.00", is_needed=False),
        _choice("currency", "currency shown", CURRENCIES, is_needed=False),
        Field("masked_address", "masked address", "flag", is_needed=False),
        customer,
        Field("line", "keys of every line (JSON)", "json", example='{"vatRate": 0}', is_needed=False),
        Field("more", "keys of the package (JSON)", "json", example='{"agreedDeliveryDate": 0}', is_needed=False),
    ]  # fmt: skip
    flags = [
        Field("awaiting", "the payment is still checked", "flag", is_needed=False),
        Field("micro", "micro export", "flag", is_needed=False),
    ]
    rate = Field("per_minute", "buyers a minute", "number", example="6", value=f"{world.arrivals['per_minute']:g}")
    return [
        Form("place_order", BUYERS, [lines, *flags, customer], ["storefront"], _order),
        Form("random_order", BUYERS, [_choice("storefront", "storefront", list(STOREFRONTS), is_needed=False)]),
        Form("arrivals", BUYERS, [rate]),
        Form("order_with", BUYERS, odd, ["storefront"], _order),
    ]


def _order(given: Given) -> Given:
    """``lines`` and ``storefront`` from the chosen items, which are ``TR/BARCODE`` or a barcode alone."""
    chosen = [(*_place(item, str(given.get("storefront", "TR"))), quantity) for item, quantity in picked(given)]
    rest = unpicked(given)
    if not chosen:
        return rest
    fronts = list(dict.fromkeys(storefront for storefront, _, _ in chosen))
    if len(fronts) > 1:
        raise ValueError(f"an order is of one storefront; these lines are of {' and '.join(fronts)}")
    lines = [{"barcode": barcode, "quantity": quantity} for _, barcode, quantity in chosen]
    return {**rest, "lines": lines, "storefront": fronts[0]}


def _place(item: str, usual: str) -> tuple[str, str]:
    """No barcode holds a slash."""
    storefront, slash, barcode = item.partition("/")
    return (storefront, barcode) if slash else (usual, item)


# -- parcels -----------------------------------------------------------------------------------------------------------


def _parcels(world: World) -> list[Form]:
    made = [Form(action, PARCELS, [_package(world, new)]) for action, new in STEPS.items()]
    open_ones = [p for p in reversed(world.packages.values()) if "Cancelled" in MOVES[p.status]]
    lines = [
        Option(str(n.id), f"{n.quantity} × {n.barcode}", f"package {p.id}") for p in open_ones[:100] for n in p.lines
    ]
    fields = [
        _package(world, "Cancelled"),
        Field("line_ids", "only these lines of it", "ticks", lines, hint="None ticked: all of it.", is_needed=False),
        Field("reason", "reason", value="Vazgeçtim", is_needed=False),
    ]
    return [*made, Form("cancel", PARCELS, fields)]


def _package(world: World, new: str) -> Field:
    before = [status for status, follows in MOVES.items() if new in follows]
    fitting = (p for p in reversed(world.packages.values()) if new in MOVES[p.status])
    options = offered(Option(str(p.id), _said(p)) for p in fitting)
    return Field("package_id", "package", "choice", options, empty=f"Needs a package that is {' or '.join(before)}.")


def _said(p: Package) -> str:
    lines = ", ".join(f"{n.quantity} × {n.barcode}" for n in p.lines)
    return f"{p.id} · {p.status} · {lines} · {amount(p.total)} {p.currency}"


# -- products ----------------------------------------------------------------------------------------------------------


def _products(world: World) -> list[Form]:
    listings = _sorted(world)

    def of(action: str, is_fit: Callable[[Listing], bool], empty: str, *fields: Field) -> Form:
        options = offered(_option(o) for o in listings if is_fit(o))
        chosen = Field("listing", "listing", "choice", options, "TR/CAY-RIZE-500", empty=empty)
        return Form(action, PRODUCTS, [chosen, *fields], ["barcode", "storefront"], _listing)

    reasons = [Option(text, "") for text in ("Hatalı Görsel", "Hatalı Ürün Adı", "Yasaklı Kelime", "Hatalı Açıklama")]
    locks = [Option("CRITICAL_PRICE", ""), Option("UNSUPPLIED", "")]
    return [
        of("approve", lambda o: o.status != "approved", "Needs a listing that waits for approval or was refused."),
        of("refuse", lambda o: o.status != "approved", "Needs a listing that waits for approval or was refused.",
           Field("reason", "reason", options=reasons, example="Hatalı Görsel")),
        of("set_stock", bool, "Nothing is listed.", Field("quantity", "quantity", "number", example="40")),
        of("lock", lambda o: o.status == "approved" and not o.locked, "Needs an approved listing.",
           Field("reason", "reason", options=locks, value="CRITICAL_PRICE", is_needed=False)),
        of("archive", lambda o: o.status == "approved" and o.archived_ms is None, "Needs an approved listing."),
        of("unarchive", lambda o: o.archived_ms is not None, "Needs an archived listing."),
        Form("seed_product", PRODUCTS, _seed()),
    ]  # fmt: skip


def _seed() -> list[Field]:
    more = '{"category_id": 520, "brand_id": 70001, "origin": "TR"}'
    return [
        Field("barcode", "barcode", example="CAY-RIZE-500"),
        Field("title", "title", example="Rize çayı, 500 g"),
        Field("sale_price", "price", "number", example="249.90"),
        Field("list_price", "list price", "number", example="299.90", is_needed=False),
        Field("quantity", "stock", "number", example="40"),
        _choice("storefront", "storefront", list(STOREFRONTS), value="TR"),
        Field("more", "more fields (JSON)", "json", example=more, is_needed=False),
    ]


def _listing(given: Given) -> Given:
    rest = {name: value for name, value in given.items() if name != "listing"}
    if "listing" in given:
        rest["storefront"], rest["barcode"] = _place(str(given["listing"]), "TR")
    return rest


def _sorted(world: World) -> list[Listing]:
    fronts = list(STOREFRONTS)
    return sorted(world.listings.values(), key=lambda o: (fronts.index(o.storefront), o.barcode))


def _option(o: Listing) -> Option:
    front = STOREFRONTS[o.storefront]
    group = f"{o.storefront} · {front.country} · {front.currency}"
    price = f"{money(o.sale_price)} {front.currency}"
    state = f"{o.quantity} left" if o.on_sale else state_of(o)
    return Option(o.key, f"{o.storefront} · {o.barcode} · {o.product.get('title', '')} · {price} · {state}", group)


def _on_sale(world: World) -> list[Option]:
    return offered(_option(o) for o in _sorted(world) if o.on_sale)


# -- the simulator itself ----------------------------------------------------------------------------------------------


def _simulator(world: World) -> list[Form]:
    now = world.switches.all()
    switches = [
        Option(name, f"{name}, now {value}: {_taken(name)}") for name, value in sorted(now.items())
    ]  # fmt: skip
    known = (b for b in reversed(world.batches.values()) if not b.is_forgotten)
    batches = offered(Option(b.id, f"{b.id} · {b.type}") for b in known)
    webhooks = [Option(w.id, f"{w.id} · {w.url}") for w in world.webhooks.values() if w.is_active]
    limits = [
        _choice("enabled", "enforced", ["true", "false"], is_needed=False),
        _choice("tier", "tier of the seller", list(TIERS), is_needed=False),
        Field("scale", "factor on all limits", "number", example=f"{world.limiter.scale:g}", is_needed=False),
    ]
    return [
        Form("limits", SIMULATOR, limits),
        Form("switch", SIMULATOR, [
            Field("name", "switch", "choice", switches),
            Field("value", "value", example="bare", hint="One of those beside the name; true, false or a number too."),
        ]),
        Form("forget_batch", SIMULATOR, [Field("batch_id", "batch", "choice", batches, empty="There is no batch.")]),
        Form("passivate_webhook", SIMULATOR, [
            Field("webhook_id", "webhook", "choice", webhooks, empty="There is no active webhook."),
        ]),
    ]  # fmt: skip


def _taken(name: str) -> str:
    return ", ".join(_word(value) for value in CHOICES[name]) if name in CHOICES else f"0 to {MOST}"


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _choice(name: str, label: str, values: list[str], *, value: str = "", is_needed: bool = True) -> Field:
    return Field(name, label, "choice", [Option(v, v) for v in values], value=value, is_needed=is_needed)
