"""Words of ours that products use, and which of theirs each may be."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q

from entrepot.catalog.models import Product
from entrepot.catalog.queries import Resolver
from entrepot.channels.models import Taxon
from entrepot.core.text import fold

_MOST, _LEAST_LETTERS, _READ = 5, 3, 2000


def suggestions(*, seller_id: int, connector: str, kind: str, limit: int) -> list[dict[str, Any]]:
    """The ``limit`` words of ``kind`` (brand or category) that most products use. Four SQL queries."""
    words = Product.objects.for_seller(seller_id).exclude(**{kind: ""}).values(kind).annotate(products=Count("id"))
    used = list(words.order_by("-products", kind)[:limit])
    resolver = Resolver(seller_id=seller_id, connector=connector)
    near = _near(connector, kind, [_key(row[kind]) for row in used])
    return [_shaped(row[kind], row["products"], resolver.resolve(kind, row[kind]), near) for row in used]


def _shaped(ours: str, products: int, found: Any, near: dict[str, list[Taxon]]) -> dict[str, Any]:
    others = [t for t in near.get(_key(ours), []) if found is None or t.ref != found.ref]
    return {
        "ours": ours,
        "products": products,
        "resolved": None if found is None else {"ref": found.ref, "name": found.name},
        "source": None if found is None else found.source,
        "candidates": [{"ref": t.ref, "name": t.name} for t in others[:_MOST]],
    }


def _key(ours: str) -> str:
    """The first word of the last part: what their name most likely begins with."""
    return fold(ours.rsplit(">", 1)[-1]).partition(" ")[0]


def _near(connector: str, kind: str, keys: list[str]) -> dict[str, list[Taxon]]:
    """Key → their words that begin with it, the shortest first."""
    wanted = {k for k in keys if len(k) >= _LEAST_LETTERS}
    if not wanted:
        return {}
    begins = Q()
    for key in wanted:
        begins |= Q(folded__startswith=key)
    rows = Taxon.objects.filter(begins, connector=connector, kind=kind, scope="", is_gone=False)
    found: dict[str, list[Taxon]] = {key: [] for key in wanted}
    for taxon in sorted(rows.order_by("folded", "id")[:_READ], key=lambda t: (len(t.folded), t.folded)):
        if kind == "category" and not taxon.facts.get("leaf"):
            continue
        for key in wanted:
            if taxon.folded.startswith(key):
                found[key].append(taxon)
    return found
