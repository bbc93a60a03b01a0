# ruff: noqa: ARG002 - a route is called with the call and the parts of its path
"""Discovery, settings, taxes, reports and the little else that a client asks a shop about itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .collection import page_of
from .errors import WooError
from .routing import Call, Reply, Router
from .settings import ORDER_STATUSES, TAX_CLASSES

if TYPE_CHECKING:
    from .state import Row, Store

COUNTRIES = {"TR": "Türkiye", "DE": "Germany", "AT": "Austria", "SA": "Saudi Arabia", "AE": "United Arab Emirates"}


class Shop:
    """Everything that is not a product, an order or a webhook."""

    def __init__(self, store: Store, router: Router) -> None:
        self.store, self.router = store, router

    def mount(self, base: str) -> None:
        """Add the routes."""
        add = self.router.add
        add("GET", "/wp-json", self.index, is_public=True)
        add("GET", base, self.version_index, is_public=True)
        add("GET", f"{base}/settings/{{group_slug}}", self.settings)
        add("GET", f"{base}/settings/{{group_slug}}/{{option_slug}}", self.setting)
        add("GET", f"{base}/system_status", self.system_status)
        add("GET", f"{base}/reports/orders/totals", self.order_totals)
        add("GET", f"{base}/taxes", self.taxes)
        add("GET", f"{base}/taxes/classes", self.tax_classes)
        add("GET", f"{base}/data/currencies/current", self.currency)
        add("GET", f"{base}/data/countries", self.countries)
        add("GET", f"{base}/shipping_methods", self.shipping_methods)

    def index(self, call: Call) -> Reply:
        """The front door: namespaces and the site's zone."""
        settings = self.store.settings
        offset = _offset_h(self.store)
        spaces = ["oembed/1.0", "wc/v1", "wc/v2", "wc/v3", "wp/v2"]
        spaces += ["wc-shipment-tracking/v3"] if settings.shipment_tracking else []
        spaces += ["wc-ast/v3"] if settings.advanced_tracking else []
        return Reply(
            {
                "name": settings.title,
                "description": "",
                "url": self.store.url,
                "home": self.store.url,
                "gmt_offset": f"{offset:g}",
                "timezone_string": settings.timezone,
                "namespaces": spaces,
                "authentication": {},
                "routes": self._routes(""),
            }
        )

    def version_index(self, call: Call) -> Reply:
        """The routes of v3."""
        return Reply({"namespace": "wc/v3", "routes": self._routes("/wp-json/wc/v3")})

    def _routes(self, below: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for path, route in zip(self.router.paths, self.router.routes, strict=True):
            if path.startswith(below) and (route.is_on is None or route.is_on()):
                entry = found.setdefault(path.removeprefix("/wp-json") or "/", {"methods": []})
                entry["methods"] = sorted({*entry["methods"], *route.methods})
        return found

    def _options(self) -> dict[str, list[Row]]:
        s = self.store.settings
        general = {
            "woocommerce_default_country": s.base_country,
            "woocommerce_currency": s.currency,
            "woocommerce_calc_taxes": "yes" if s.tax_rates else "no",
            "woocommerce_price_num_decimals": "2",
        }
        products = {
            "woocommerce_weight_unit": s.weight_unit,
            "woocommerce_dimension_unit": s.dimension_unit,
            "woocommerce_notify_no_stock_amount": str(s.no_stock_amount),
            "woocommerce_manage_stock": "yes",
        }
        tax = {
            "woocommerce_prices_include_tax": "yes" if s.prices_include_tax else "no",
            "woocommerce_tax_based_on": "shipping",
            "woocommerce_tax_round_at_subtotal": "no",
        }
        groups = {"general": general, "products": products, "tax": tax}
        return {name: [_option(n, v, name) for n, v in found.items()] for name, found in groups.items()}

    def settings(self, call: Call, group_slug: str) -> Reply:
        """The options of a group."""
        if group_slug not in self._options():
            raise WooError("rest_setting_setting_group_invalid", "Invalid setting group.", 404)
        return Reply(self._options()[group_slug])

    def setting(self, call: Call, group_slug: str, option_slug: str) -> Reply:
        """One option."""
        options = self.settings(call, group_slug).body
        found = next((o for o in options if o["id"] == option_slug), None)
        if found is None:
            raise WooError("rest_setting_setting_invalid", "Invalid setting.", 404)
        return Reply(found)

    def system_status(self, call: Call) -> Reply:
        """Versions and the settings that matter to an integration."""
        s = self.store.settings
        environment = {
            "home_url": self.store.url,
            "site_url": self.store.url,
            "version": s.version,
            "wp_version": "6.8",
        }
        shown = {"currency": s.currency, "currency_symbol": s.currency_symbol, "number_of_decimals": 2}
        return Reply({"environment": environment, "settings": shown, "active_plugins": []})

    def order_totals(self, call: Call) -> Reply:
        """Statuses with names and counts."""

        def count(status: str) -> int:
            return sum(1 for row in self.store.orders.values() if row["status"] == status)

        names = ORDER_STATUSES.items()
        return Reply([{"slug": slug, "name": name, "total": count(slug)} for slug, name in names])

    def taxes(self, call: Call) -> Reply:
        """The rates."""
        return page_of(call, call.asked(), self.store.settings.tax_rates, _rate)

    def tax_classes(self, call: Call) -> Reply:
        """The classes."""
        return Reply([{"slug": slug, "name": name} for slug, name in TAX_CLASSES.items()])

    def currency(self, call: Call) -> Reply:
        """The shop's currency."""
        s = self.store.settings
        return Reply({"code": s.currency, "name": s.currency, "symbol": s.currency_symbol})

    def countries(self, call: Call) -> Reply:
        """Some countries."""
        return Reply([{"code": code, "name": name, "states": []} for code, name in COUNTRIES.items()])

    def shipping_methods(self, call: Call) -> Reply:
        """The methods that core has."""
        names = {"flat_rate": "Flat rate", "free_shipping": "Free shipping", "local_pickup": "Local pickup"}
        return Reply([{"id": slug, "title": name, "description": ""} for slug, name in names.items()])


def _offset_h(store: Store) -> float:
    """Hours of the site's zone ahead of UTC, now."""
    ahead = datetime.fromtimestamp(store.now(), UTC).astimezone(store.zone).utcoffset()
    return ahead.total_seconds() / 3600 if ahead else 0.0


def _option(id_: str, value: str, group: str) -> Row:
    label = id_.removeprefix("woocommerce_").replace("_", " ").capitalize()
    return {"id": id_, "label": label, "type": "text", "default": "", "value": value, "group_id": group}


def _rate(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "country": row["country"],
        "state": "",
        "postcode": "",
        "city": "",
        "rate": f"{float(row['rate']):.4f}",
        "name": row["name"],
        "priority": 1,
        "compound": False,
        "shipping": row["shipping"],
        "order": row["id"],
        "class": row["class"],
    }
