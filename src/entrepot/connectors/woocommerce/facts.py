"""What a store says of itself: units, currency, taxes, time zone, plugins. Needed to read its figures.

One pull walks them: four settings, the tax table, then the site's index. Each answer is a part; :func:`merge` makes
StoreFacts of them, which the hub keeps in the channel's settings as ``store.<field>``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from entrepot.core.errors import MappingError
from entrepot.kit import records
from entrepot.kit.requests import Account, Reply, Request, Window
from entrepot.kit.spec import Paged

from . import wire
from .calls import API, next_page, rows

_OPTIONS = {
    "woocommerce_currency": ("general", "currency"),
    "woocommerce_weight_unit": ("products", "weight_unit"),
    "woocommerce_dimension_unit": ("products", "length_unit"),
    "woocommerce_prices_include_tax": ("tax", "prices_include_tax"),
}  # id of the setting → (its group, field of StoreFacts)
_NAMES = list(_OPTIONS)
FULFILMENTS = "fulfillments"  # among the features: the core's own fulfilments are switched on


def first(account: Account, window: Window) -> Request:
    """The first of the settings."""
    return _option(0)


def page(account: Account, asked: Request, reply: Reply) -> Paged:
    """What one answer tells, and the next question of the walk; None after the index."""
    found = unwrap(reply.body)
    if asked.endpoint == "facts.index":
        return found, None
    if asked.endpoint == "facts.taxes":
        return found, next_page(asked, reply, len(rows(reply))) or _index()
    number = _NAMES.index(asked.path.rsplit("/", 1)[1]) + 1
    return found, _option(number) if number < len(_NAMES) else _taxes()


def _option(number: int) -> Request:
    name = _NAMES[number]
    return Request("GET", f"{API}/settings/{_OPTIONS[name][0]}/{name}", endpoint="facts.settings")


def _taxes() -> Request:
    query = {"per_page": "100", "offset": "0", "orderby": "id", "order": "asc"}
    return Request("GET", f"{API}/taxes", query, endpoint="facts.taxes")


def _index() -> Request:
    """Public, and refused to a key since WooCommerce 11.1: it goes out unsigned."""
    fields = {"_fields": "namespaces,timezone_string,gmt_offset,routes"}
    return Request("GET", "/wp-json/", fields, endpoint="facts.index", is_signed=False)


def unwrap(body: Any) -> list[Any]:
    """Each thing of an answer under the name of what it is: an option, a row of the tax table, the index."""
    return [_named(thing) for thing in (body if isinstance(body, list) else [body])]


def _named(thing: Any) -> Any:
    if not isinstance(thing, dict):
        return thing
    if "namespaces" in thing:
        return {"index": thing}
    return {"tax": thing} if "rate" in thing else {"option": thing}


def name_of(raw: Any) -> str:
    """``setting woocommerce_currency``, ``tax rate 3`` or ``site index``."""
    if "index" in raw:
        return "site index"
    return f"tax rate {raw['tax']['id']}" if "tax" in raw else f"setting {raw['option']['id']}"


def part(theirs: wire.Fact, account: Account) -> Mapping[str, Any]:
    """Fields of StoreFacts that one answer tells; a tax row as ``tax`` with its priority."""
    if theirs.option:
        return _of_option(theirs.option)
    if theirs.tax:
        return _of_tax(theirs.tax)
    if theirs.index:
        return _of_index(theirs.index)
    raise MappingError("store setting", "(whole record)", "is neither a setting, a tax rate nor the site's index")


def _of_option(option: wire.Option) -> Mapping[str, Any]:
    if option.id not in _OPTIONS:
        raise MappingError(f"setting {option.id}", "id", f"is not one that we read; we read: {', '.join(_NAMES)}")
    field, value = _OPTIONS[option.id][1], option.value
    if not isinstance(value, str) or not value:
        raise MappingError(f"setting {option.id}", "value", f"must be a text, not {value!r}")
    if field != "prices_include_tax":
        return {field: value}
    if value not in ("yes", "no"):
        raise MappingError(f"setting {option.id}", "value", f"must be yes or no, not {value!r}")
    return {field: value == "yes"}


def _of_tax(tax: wire.TaxRate) -> Mapping[str, Any]:
    """Nothing of a row that holds in a part of a country only: our lines know countries."""
    if tax.rate is None:
        raise MappingError(f"tax rate {tax.id}", "rate", "is missing")
    places = (tax.state, tax.postcode, tax.city, *tax.postcodes, *tax.cities)
    if any(place not in ("", "*") for place in places):
        return {}
    name = "" if tax.tax_class == "standard" else tax.tax_class
    return {"tax": (tax.country, name, tax.priority, tax.rate / 100, tax.compound)}


def _of_index(index: wire.Index) -> Mapping[str, Any]:
    zone = index.timezone_string or (f"UTC{index.gmt_offset:+}" if index.gmt_offset is not None else "")
    has_own = any(route.endswith(f"/{FULFILMENTS}") for route in index.routes)
    return {"time_zone": zone, "features": (*index.namespaces, *([FULFILMENTS] if has_own else []))}


def merge(parts: Sequence[Mapping[str, Any]]) -> records.StoreFacts:
    """StoreFacts of all the parts.

    Raises:
        MappingError: currency, a unit or the tax setting did not come; nothing is assumed in their place.
    """
    told = {field: value for some in parts for field, value in some.items() if field != "tax"}
    for name, (_, field) in _OPTIONS.items():
        if field not in told:
            raise MappingError("store settings", field, f"was not told; is the setting {name} readable by this key?")
    return records.StoreFacts(tax_rates=_rates([some["tax"] for some in parts if "tax" in some]), **told)


def _rates(rows: Sequence[tuple[str, str, str, Decimal, bool]]) -> tuple[tuple[str, str, Decimal], ...]:
    """(country, class, fraction). The first row of each priority counts; a compound one is levied on the others too."""
    totals: dict[tuple[str, str], Decimal] = {}
    seen: set[tuple[str, str, str]] = set()
    for country, name, priority, rate, compound in sorted(rows, key=lambda row: row[4]):
        if (country, name, priority) in seen:
            continue
        seen.add((country, name, priority))
        so_far = totals.get((country, name), Decimal(0))
        totals[country, name] = so_far + rate * (1 + so_far if compound else 1)
    return tuple((country, name, rate) for (country, name), rate in sorted(totals.items()))
