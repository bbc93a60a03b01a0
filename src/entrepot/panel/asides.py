"""What was set aside of a product: why it has fewer variants here than in the store."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from entrepot.core.actor import Actor
from entrepot.ingress.models import SetAside
from entrepot.web.admin import Section, Table, chip
from entrepot.web.admin.show import row_link

if TYPE_CHECKING:
    from entrepot.catalog.models import Product

_OF = re.compile(r"(?:^|of )product (\S+)$")  # how connectors and the catalogue name what they cannot take


def _open_of(rows: QuerySet[Any], products: Iterable[Product]) -> QuerySet[Any]:
    """Open records about these products or their variants."""
    wanted = list(products)
    refs = "|".join(sorted(re.escape(p.product_ref) for p in wanted if p.product_ref)) or "$^"
    sources = {p.source_id for p in wanted if p.source_id}
    return rows.filter(state="open", channel_id__in=sources, subject__regex=rf"(^|of )product ({refs})$")


def of_products(who: Actor, rows: Sequence[Product]) -> dict[int, SafeString]:
    """How many records of each product are set aside. One SQL query."""
    found: Counter[tuple[int, str]] = Counter()
    for channel_id, subject in _open_of(SetAside.objects.for_actor(who), rows).values_list("channel_id", "subject"):
        if named := _OF.search(subject):
            found[channel_id, named[1]] += 1
    return {
        row.pk: chip("look", ngettext("%(count)d set aside", "%(count)d set aside", n) % {"count": n})
        for row in rows
        if row.source_id and (n := found[row.source_id, row.product_ref])
    }


def of_product(request: HttpRequest, row: Product) -> Sequence[Section]:
    """The records themselves, with their reasons; nothing where there are none."""
    found = _open_of(SetAside.objects.for_seller(row.seller_id), [row]).order_by("-last_at", "id")[:50]
    rows = [(row_link("ingress.setaside", a.pk, a.subject), a.field, a.reason) for a in found]
    if not rows:
        return []
    note = _("These could not be taken from the store. Mend them there; the next pull takes them.")
    return [Table(_("Set aside"), [_("record"), _("field"), _("reason")], rows, note=note)]
