"""Ours in a marketplace's words, as people decide it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from entrepot.catalog.models import Mapping, Variant
from entrepot.channels.models import Taxon
from entrepot.core.errors import Invalid
from entrepot.events.services import mark_dirty

from ..queries import folded

KINDS = ("category", "brand", "attribute", "value")


def map_word(
    *, seller_id: int, connector: str, kind: str, ours: str, theirs_ref: str = "", theirs_text: str = "",
    scope: str = "", source: str = "own",
) -> Mapping:  # fmt: skip
    """Say that ``ours`` is ``theirs_ref`` (or free text) from now on; what depends on it is looked at again.

    Raises:
        Invalid: an unknown kind, nothing to map from or to, or a ref that the marketplace does not have.
    """
    record = f"mapping {kind} {ours!r}"
    if kind not in KINDS:
        raise Invalid(record, "kind", f"is not one of {', '.join(KINDS)}")
    if not folded(kind, ours):
        raise Invalid(record, "ours", "is empty")
    if bool(theirs_ref) == bool(theirs_text):
        raise Invalid(record, "theirs", "must be one of theirs_ref and theirs_text")
    words = Taxon.objects.filter(connector=connector, kind=kind, scope=scope, is_gone=False)
    if theirs_ref and not words.filter(ref=theirs_ref).exists():
        raise Invalid(record, "theirs_ref", f"{theirs_ref!r} is not a {kind} of {connector} in {scope or 'its list'}")
    with transaction.atomic():
        row, _ = Mapping.objects.system().update_or_create(
            seller_id=seller_id, connector=connector, kind=kind, scope=scope, folded=folded(kind, ours)[:300],
            defaults={"ours": ours[:300], "theirs_ref": theirs_ref, "theirs_text": theirs_text, "source": source},
        )  # fmt: skip
        look_again(seller_id)
    return row


def learn_words(
    *, seller_id: int, connector: str, kind: str, pairs: Iterable[tuple[str, str]], source: str = "gtin"
) -> int:
    """Keep (ours, theirs_ref) as learnt from what is live already; the number kept.

    A word that live listings file under two of theirs is ambiguous and teaches nothing; what a person said stays.
    """
    told: dict[str, tuple[str, set[str]]] = {}
    for ours, theirs in pairs:
        if folded(kind, ours) and theirs:
            told.setdefault(folded(kind, ours)[:300], (ours, set()))[1].add(theirs)
    mine = Mapping.objects.for_seller(seller_id).filter(connector=connector, kind=kind, scope="", folded__in=told)
    known = {m.folded: m for m in mine}
    rows = [
        Mapping(
            seller_id=seller_id, connector=connector, kind=kind, scope="", ours=ours[:300], folded=name,
            theirs_ref=next(iter(refs)), source=source,
        )
        for name, (ours, refs) in told.items()
        if len(refs) == 1 and _is_news(known.get(name), refs)
    ]  # fmt: skip
    with transaction.atomic():
        Mapping.objects.system().bulk_create(
            rows, batch_size=1000, update_conflicts=True,
            unique_fields=["seller", "connector", "kind", "scope", "folded"],
            update_fields=["ours", "theirs_ref", "source"],
        )  # fmt: skip
        if rows:
            look_again(seller_id)
    return len(rows)


def _is_news(known: Mapping | None, refs: set[str]) -> bool:
    return known is None or (known.source != "own" and known.theirs_ref not in refs)


def unmap_word(*, seller_id: int, mapping_id: int) -> None:
    """Take a mapping back."""
    with transaction.atomic():
        Mapping.objects.for_seller(seller_id).get(id=mapping_id).delete()
        look_again(seller_id)


def look_again(seller_id: int) -> None:
    """The marketplace's words, or what ours mean there, have changed: contents are computed anew."""
    ids = Variant.objects.for_seller(seller_id).order_by("id").values_list("id", flat=True)
    mark_dirty(kind="content", subject_ids=list(ids))
