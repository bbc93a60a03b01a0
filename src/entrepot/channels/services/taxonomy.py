"""A marketplace's vocabulary as a local read model, with the version of the reading that saw each word last."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max

from entrepot.channels.models import Taxon
from entrepot.core.text import fold
from entrepot.kit import records

Word = records.Category | records.Attribute | records.AttributeValue | records.Brand


def learn_taxa(*, connector: str, kind: str, scope: str, words: Iterable[Word], is_complete: bool, at: datetime) -> int:
    """Keep ``words`` of one kind and scope under a new version; the number kept.

    A word that a complete reading no longer has is marked gone, never deleted: mappings may point at it. An empty
    complete reading marks nothing (a broken answer must not empty a catalogue).
    """
    known = Taxon.objects.filter(connector=connector, kind=kind, scope=scope)
    version = (known.aggregate(top=Max("version"))["top"] or 0) + 1
    rows = {(row.scope, row.ref): row for row in (_row(connector, kind, scope, w, version, at) for w in words)}
    Taxon.objects.bulk_create(
        rows.values(),
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["connector", "kind", "scope", "ref"],
        update_fields=["parent_ref", "name", "folded", "facts", "version", "seen_at", "is_gone"],
    )
    if is_complete and rows:
        known.filter(version__lt=version).update(is_gone=True)
    return len(rows)


def note_learnt(*, connector: str, category_ref: str, at: datetime) -> None:
    """Attributes and values of a category were read, also where it has none."""
    Taxon.objects.filter(connector=connector, kind="category", scope="", ref=category_ref).update(learnt_at=at)


def _row(connector: str, kind: str, scope: str, word: Word, version: int, at: datetime) -> Taxon:
    ref, parent, facts = _facts(word)
    return Taxon(
        connector=connector, kind=kind, scope=scope, ref=ref, parent_ref=parent, name=word.name[:300],
        folded=fold(word.name)[:300], facts=facts, version=version, seen_at=at, is_gone=False,
    )  # fmt: skip


def _facts(word: Word) -> tuple[str, str, dict[str, object]]:
    if isinstance(word, records.Category):
        return word.category_ref, word.parent_ref or "", {"path": word.path, "leaf": word.is_leaf}
    if isinstance(word, records.Attribute):
        return (
            word.attribute_ref,
            "",
            {
                "required": word.is_required,
                "custom": word.is_custom,
                "slicer": word.is_slicer,
                "varianter": word.is_varianter,
                "multiple": word.is_multiple,
            },
        )
    if isinstance(word, records.AttributeValue):
        return word.value_ref, word.attribute_ref, {}
    return word.brand_ref, "", {}
