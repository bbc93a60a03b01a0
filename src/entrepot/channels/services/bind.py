"""Our ids beside theirs."""

from __future__ import annotations

from collections.abc import Iterable

from entrepot.channels.models import Binding


def bind_many(
    *, seller_id: int, channel_id: int, kind: str, pairs: Iterable[tuple[int, str, str]], storefront_id: int | None = None
) -> int:
    """Bind (our id, their ref, their parent ref); a ref that is bound already moves to the new id. The number bound."""
    rows = [
        Binding(
            seller_id=seller_id, channel_id=channel_id, storefront_id=storefront_id, kind=kind,
            our_id=ours, their_ref=theirs, parent_ref=parent,
        )
        for ours, theirs, parent in pairs
    ]  # fmt: skip
    Binding.objects.system().bulk_create(
        rows,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["channel", "storefront", "kind", "their_ref"],
        update_fields=["our_id", "parent_ref"],
    )
    return len(rows)
