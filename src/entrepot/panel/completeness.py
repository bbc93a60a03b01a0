"""How complete products are for each storefront, and what stands in the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from entrepot.core.actor import Actor
from entrepot.inventory.models import Reservation, StockLevel
from entrepot.inventory.queries import available
from entrepot.listings.models import Listing
from entrepot.pricing.models import Price
from entrepot.web.admin import Section, Table, chip, state_chip
from entrepot.web.admin.show import EMPTY, missing_facts, money, row_link

from . import histories

if TYPE_CHECKING:
    from entrepot.catalog.models import Product, Variant


def of_products(who: Actor, rows: Sequence[Product]) -> dict[int, SafeString]:
    """A chip a storefront: complete listings of all its listings. One SQL query."""
    counts = (
        Listing.objects.for_actor(who)
        .filter(variant__product__in=rows)
        .values_list("variant__product_id", "storefront__code")
        .annotate(all=Count("id"), complete=Count("id", filter=Q(missing=[])))
        .order_by("variant__product_id", "storefront__code")
    )
    found: dict[int, SafeString] = {}
    for product_id, code, total, complete in counts:
        tone = "good" if complete == total else "look"
        found[product_id] = found.get(product_id, SafeString("")) + format_html(
            "{} ", chip(tone, f"{code} {complete}/{total}")
        )
    return found


def of_product(request: HttpRequest, row: Product) -> Sequence[Section]:
    """Each variant on each storefront, with the facts that are missing."""
    listings = Listing.objects.for_seller(row.seller_id).filter(variant__product=row)
    found = listings.select_related("variant", "storefront__channel").order_by("storefront_id", "variant_id")
    return [_listings(found, _("Not offered anywhere yet: approve it, and open a storefront."))]


def _listings(found: Any, empty: str) -> Table:
    rows = [
        (
            str(x.storefront), row_link("listings.listing", x.pk, x.listing_ref), x.variant.sku, state_chip(x.state),
            missing_facts(x.missing) if x.missing else chip("good", _("complete")), x.refusal or EMPTY,
        )
        for x in found
    ]  # fmt: skip
    headers = [_("storefront"), _("listing"), _("SKU"), _("state"), _("missing"), _("refusal")]
    return Table(_("Completeness by storefront"), headers, rows, empty=empty)


def of_variant(request: HttpRequest, row: Variant) -> Sequence[Section]:
    """Stock, prices and listings of a variant."""
    levels = StockLevel.objects.for_seller(row.seller_id).filter(variant=row).order_by("location")
    held = Reservation.objects.for_seller(row.seller_id).filter(variant=row, state="held")
    promised = sum(held.values_list("quantity", flat=True))
    left = available(variant_ids=[row.pk]).get(row.pk)
    stock = [(x.location, EMPTY if x.on_hand is None else x.on_hand, x.source) for x in levels]
    stock += [(_("promised to open orders"), -promised, ""), (_("available"), EMPTY if left is None else left, "")]
    priced = (
        Price.objects.for_seller(row.seller_id).filter(variant=row).select_related("storefront__channel").order_by("id")
    )
    prices = [
        (str(p.storefront), row_link("pricing.price", p.pk, money(p.sale_price, p.currency)), p.problem or EMPTY)
        for p in priced
    ]
    listings = Listing.objects.for_seller(row.seller_id).filter(variant=row)
    return [
        Table(_("Stock"), [_("location"), _("pieces"), _("told by")], stock),
        Table(_("Prices"), [_("storefront"), _("price"), _("why there is none")], prices),
        *histories.of_variant(row),
        _listings(
            listings.select_related("variant", "storefront__channel").order_by("id"), _("Not offered anywhere yet.")
        ),
    ]
