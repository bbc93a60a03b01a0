"""Reads of the catalogue, and the one resolver of words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from collections.abc import Mapping as Mapping_
from dataclasses import dataclass
from difflib import get_close_matches

from django.db.models import Q, QuerySet

from entrepot.channels.models import Taxon
from entrepot.core.actor import Actor
from entrepot.core.text import fold

from .models import Component, FullPass, Mapping, Product, Variant

_BESIDE, _END, _LIKENESS = 100, 3, 0.7  # of a SKU: how many are looked at, characters that end alike, how like it is


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a word of ours is in a marketplace's vocabulary, and by which right: own, gtin or suggestion."""

    ref: str
    text: str
    name: str
    source: str


class Resolver:
    """Answers for one seller and marketplace; each scope is read once, however many variants ask.

    Precedence: the seller's own mapping, then one learnt from a live listing of the same GTIN, then the only word
    of theirs that is equal when folded. A category is known by its whole path before its last name.
    """

    def __init__(self, *, seller_id: int, connector: str) -> None:
        self.seller_id, self.connector = seller_id, connector
        self._mapped: dict[tuple[str, str], dict[str, Mapping]] = {}
        self._words: dict[tuple[str, str], dict[str, list[Taxon]]] = {}
        self._by_ref: dict[tuple[str, str], dict[str, Taxon]] = {}

    def resolve(self, kind: str, ours: str, scope: str = "") -> Resolved | None:
        """Theirs for ``ours``; None: nobody has said, and nothing is equal."""
        key = (kind, scope)
        self._load(key)
        names = list(dict.fromkeys([folded(kind, ours), folded(kind, ours.rsplit(">", 1)[-1])]))
        if kind != "category":
            names = names[:1]
        for is_own in (True, False):
            for name in names:
                mapped = self._mapped[key].get(name)
                if mapped and (mapped.source == "own") is is_own and (found := self._said(key, mapped)):
                    return found
        return self._equal(key, names)

    def _said(self, key: tuple[str, str], mapped: Mapping) -> Resolved | None:
        """What a mapping says, unless the marketplace has dropped the word it points at."""
        taxon = self._by_ref[key].get(mapped.theirs_ref)
        if not (mapped.theirs_text or taxon):
            return None
        return Resolved(
            mapped.theirs_ref, mapped.theirs_text, taxon.name if taxon else mapped.theirs_text, mapped.source
        )

    def _equal(self, key: tuple[str, str], names: Sequence[str]) -> Resolved | None:
        """The only word that is equal; of several categories of one name, the only one with the same path."""
        is_category = key[0] == "category"
        same = [t for t in self._words[key].get(names[-1], []) if not is_category or t.facts.get("leaf")]
        if len(same) > 1 and is_category:
            same = [t for t in same if folded("category", str(t.facts.get("path", ""))) == names[0]]
        return Resolved(same[0].ref, "", same[0].name, "suggestion") if len(same) == 1 else None

    def words(self, kind: str, scope: str = "") -> list[Taxon]:
        """Every present word of a scope."""
        self._load((kind, scope))
        return list(self._by_ref[kind, scope].values())

    def is_learnt(self, category_ref: str) -> bool:
        """Whether the attributes of a category were read: before that nobody knows which it requires."""
        category = self.word("category", category_ref)
        return category is None or category.learnt_at is not None or bool(self.words("attribute", category_ref))

    def word(self, kind: str, ref: str, scope: str = "") -> Taxon | None:
        """One word by its ref."""
        self._load((kind, scope))
        return self._by_ref[kind, scope].get(ref)

    def _load(self, key: tuple[str, str]) -> None:
        if key in self._mapped:
            return
        kind, scope = key
        mine = Mapping.objects.for_seller(self.seller_id).filter(connector=self.connector, kind=kind, scope=scope)
        self._mapped[key] = {m.folded: m for m in mine}
        taxa = Taxon.objects.filter(connector=self.connector, kind=kind, scope=scope, is_gone=False).order_by("id")
        self._by_ref[key] = {t.ref: t for t in taxa}
        self._words[key] = {}
        for taxon in self._by_ref[key].values():
            self._words[key].setdefault(taxon.folded, []).append(taxon)


def folded(kind: str, ours: str) -> str:
    """``ours`` as mappings compare it; the names of a category's path are folded one by one: ``a > b``."""
    return " > ".join(fold(part) for part in ours.split(">")) if kind == "category" else fold(ours)


def variants(*, variant_ids: Sequence[int]) -> list[Variant]:
    """Variants with their products, by id, of whatever seller: for workers that got the ids from rows."""
    found = Variant.objects.system().filter(id__in=variant_ids).select_related("product").order_by("id")
    return list(found)


def variant_ids(*, seller_id: int) -> list[int]:
    """Every variant of a seller, by id."""
    return list(Variant.objects.for_seller(seller_id).order_by("id").values_list("id", flat=True))


def variant_of(*, seller_id: int, variant_id: int) -> Variant:
    """A seller's variant.

    Raises:
        Variant.DoesNotExist: there is none, or it is another seller's.
    """
    return Variant.objects.for_seller(seller_id).get(id=variant_id)


def variants_for(*, actor: Actor) -> QuerySet[Variant]:
    """Variants that the actor may see, to be filtered and paged."""
    return Variant.objects.for_actor(actor)


def listable_variants(*, variant_ids: Sequence[int]) -> list[Variant]:
    """Of these, the variants of approved products that may be listed, by id."""
    rows = Variant.objects.system().filter(
        id__in=variant_ids, product__state="approved", product__refusal="", is_published=True
    )
    return list(rows.order_by("id"))


def variants_known_as(*, seller_id: int, gtins: Collection[str], skus: Collection[str]) -> list[Variant]:
    """A seller's variants with one of these GTINs or SKUs and their products, sellable ones, by id."""
    rows = Variant.objects.for_seller(seller_id).filter(Q(gtin__in=gtins) | Q(sku__in=skus), product__refusal="")
    return list(rows.exclude(product__is_off=True).select_related("product").order_by("id"))


def sku_and_gtin(*, seller_id: int) -> list[tuple[str, str]]:
    """(SKU, GTIN) of every variant of a seller, by id."""
    return list(Variant.objects.for_seller(seller_id).order_by("id").values_list("sku", "gtin"))


def variant_ids_by_sku(*, seller_id: int, skus: Sequence[str]) -> dict[str, int]:
    """SKU → variant id."""
    return dict(Variant.objects.for_seller(seller_id).filter(sku__in=skus).values_list("sku", "id"))


def differs_from_shop(*, seller_id: int, shown: Mapping_[int, str]) -> set[int]:
    """Ids of variants that a shop shows (id → its SKU) and that we know as gone, or under another SKU."""
    rows = Variant.objects.for_seller(seller_id).filter(id__in=shown).values_list("id", "sku", "is_published")
    return {i for i, sku, is_published in rows if not is_published or shown[i] not in ("", sku)}


def sweep_refs(*, seller_id: int, channel_id: int, turn: int, size: int) -> list[str]:
    """The ``turn``-th ``size`` of a store's products, round and round: their refs, by id."""
    rows = Product.objects.for_seller(seller_id).filter(source_id=channel_id).order_by("id")
    count = rows.count()
    if not count or size <= 0:
        return []
    start = (turn * size) % (-(-count // size) * size)
    return list(rows.values_list("product_ref", flat=True)[start : start + size])


def twins(*, variants: Sequence[Variant]) -> dict[int, list[str]]:
    """Variant id → SKUs of the seller's other variants on show with the same GTIN; absent where it is the only one."""
    gtins = {v.gtin for v in variants if v.gtin}
    rows = Variant.objects.system().filter(
        seller_id__in={v.seller_id for v in variants}, gtin__in=gtins, is_published=True
    )
    same: dict[tuple[int, str], list[tuple[int, str]]] = {}
    for i, seller_id, gtin, sku in rows.values_list("id", "seller_id", "gtin", "sku"):
        same.setdefault((seller_id, gtin), []).append((i, sku))
    return {
        v.id: others
        for v in variants
        if v.gtin and (others := [sku for i, sku in same.get((v.seller_id, v.gtin), []) if i != v.id])
    }


def nearest_sku(*, seller_id: int, sku: str) -> str:
    """The SKU of a seller that looks most like one that is not known; empty: none does. Three SQL queries.

    Looked at are those beside it in alphabetical order, and those that end alike.
    """
    known = Variant.objects.for_seller(seller_id).order_by("sku").values_list("sku", flat=True)
    beside = [*known.filter(sku__gte=sku)[:_BESIDE], *known.filter(sku__lt=sku).reverse()[:_BESIDE]]
    alike = {fold(x): x for x in [*beside, *known.filter(sku__iendswith=sku[-_END:])[:_BESIDE]]}
    near = get_close_matches(fold(sku), alike, n=1, cutoff=_LIKENESS)
    return alike[near[0]] if near else ""


def kits_with(*, variant_ids: Sequence[int]) -> list[int]:
    """Kits made of these variants or of the stock that some share, and kits that those are part of, by id."""
    direct = Component.objects.system().filter(part_id__in=variant_ids)
    kits = set(direct.values_list("kit_id", flat=True))
    # A kit of variations draws from what they share, though its parts are the variations.
    further = Component.objects.system().filter(part_id__in=kits)
    return sorted(kits | set(further.values_list("kit_id", flat=True)))


def parts_of(*, variant_ids: Sequence[int]) -> dict[int, list[Component]]:
    """What those of these variants that are kits are made of, by the kit's id. Who shares stock is no kit."""
    rows = Component.objects.system().filter(kit_id__in=variant_ids, part__is_pool=False)
    found: dict[int, list[Component]] = {}
    for row in rows.select_related("part__product").order_by("kit_id", "id"):
        found.setdefault(row.kit_id, []).append(row)
    return found


def full_pass(*, seller_id: int, channel_id: int) -> FullPass | None:
    """What the last full pass over a store missed; None: there was none yet."""
    return FullPass.objects.for_seller(seller_id).filter(channel_id=channel_id).first()
