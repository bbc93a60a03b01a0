"""Our ids beside theirs."""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.db import connection

# Of the pairs given, those that are not bound so already.
_NEWS = """
SELECT w.our_id, w.their_ref, w.parent_ref
  FROM jsonb_to_recordset(%(pairs)s::jsonb) AS w(our_id bigint, their_ref text, parent_ref text)
 WHERE NOT EXISTS (
    SELECT 1 FROM channels_binding b
     WHERE b.channel_id = %(channel)s AND {storefront}
       AND b.kind = %(kind)s AND b.their_ref = w.their_ref AND b.our_id = w.our_id AND b.parent_ref = w.parent_ref)"""

_BIND = """
INSERT INTO channels_binding (seller_id, channel_id, storefront_id, kind, our_id, their_ref, parent_ref, is_primary)
SELECT %(seller)s, %(channel)s, %(storefront)s, %(kind)s, our_id, their_ref, parent_ref, true
  FROM ({news}) news ORDER BY their_ref
ON CONFLICT (channel_id, storefront_id, kind, their_ref)
DO UPDATE SET our_id = excluded.our_id, parent_ref = excluded.parent_ref"""


def bind_many(
    *,
    seller_id: int,
    channel_id: int,
    kind: str,
    pairs: Iterable[tuple[int, str, str]],
    storefront_id: int | None = None,
) -> int:
    """Bind (our id, their ref, their parent ref); a ref that is bound already moves to the new id. The number changed.

    What is bound so already costs one read and no write; two statements, whatever the number.
    """
    wanted = {theirs: {"our_id": ours, "their_ref": theirs, "parent_ref": parent} for ours, theirs, parent in pairs}
    if not wanted:
        return 0
    given = {
        "seller": seller_id, "channel": channel_id, "storefront": storefront_id, "kind": kind,
        "pairs": json.dumps(list(wanted.values())),
    }  # fmt: skip
    # (IS NOT DISTINCT FROM would use no index)
    news = _NEWS.format(storefront=f"b.storefront_id {'IS NULL' if storefront_id is None else '= %(storefront)s'}")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({news}) news", given)
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_BIND.format(news=news), given)
        return cursor.rowcount
