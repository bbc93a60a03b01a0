"""Our ids beside theirs."""

from __future__ import annotations

from collections.abc import Iterable

from entrepot.channels.models import Binding


def bind_many(
    *,
    seller_id: int,
    channel_id: int,
    kind: str,
    pairs: Iterable[tuple[int, str, str]],
    storefront_id: int | None = None,
) -> int:
    """Bind (our id, their ref, their parent ref); a ref that is bound already moves to the new id. The number changed.

    What is bound so already costs one read and no write.
    """
    wanted = {theirs: (ours, parent) for ours, theirs, parent in pairs}
    known = Binding.objects.for_seller(seller_id).filter(
        channel_id=channel_id, storefront_id=storefront_id, kind=kind, their_ref__in=wanted
    )
    same = {b.their_ref for b in known if wanted[b.their_ref] == (b.our_id, b.parent_ref)}
    rows = [
        Binding(
            seller_id=seller_id, channel_id=channel_id, storefront_id=storefront_id, kind=kind,
            our_id=ours, their_ref=theirs, parent_ref=parent,
        )
        for theirs, (ours, parent) in wanted.items()
        if theirs not in same
    ]  # fmt: skip
    Binding.objects.system().bulk_create(
        rows,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["channel", "storefront", "kind", "their_ref"],
        update_fields=["our_id", "parent_ref"],
    )
    return len(rows)
