"""The SQL of a merge. ``{staged}`` is the caller's relation; ``catalog_verdict`` says what became of each row."""

from __future__ import annotations

from collections.abc import Collection

from .columns import PRODUCT, VARIANT

VERDICTS = """
CREATE TEMP TABLE IF NOT EXISTS catalog_verdict (
    row_no int PRIMARY KEY, product_id bigint, variant_id bigint, is_usable boolean, verdict text, product_verdict text,
    field text, reason text
) ON COMMIT DELETE ROWS"""

# A product whose record has the digest of the last one applied is unchanged, unless one of its variants is gone from
# under it. What a row says by itself may refuse it: those refusals are told again each time, and cost nothing.
COMPARE = """
INSERT INTO catalog_verdict (row_no, product_id, variant_id, is_usable, verdict, product_verdict, field, reason)
SELECT row_no, product_id, CASE WHEN is_same THEN variant_id END, is_usable,
       CASE WHEN has_variant AND NOT is_usable THEN 'refused' WHEN is_same THEN 'unchanged' END,
       CASE WHEN is_same THEN 'unchanged' END,
       CASE WHEN has_variant AND NOT is_usable THEN 'sku' END,
       CASE WHEN NOT has_variant OR is_usable THEN NULL
            WHEN coalesce(sku, '') = '' THEN 'is missing; give the variant a SKU in the store'
            ELSE left(sku, 20) || '… is longer than 100 characters' END
  FROM (
    SELECT u.row_no, u.has_variant, u.is_usable, u.sku, p.id AS product_id, v.id AS variant_id,
           coalesce(bool_and(p.store_hash = u.digest AND (v.id IS NOT NULL OR NOT u.is_usable))
                    OVER (PARTITION BY u.seller_id, u.product_ref), false) AS is_same
      FROM (SELECT s.*, s.has_variant AND length(coalesce(s.sku, '')) BETWEEN 1 AND 100 AS is_usable FROM {staged} s) u
      LEFT JOIN catalog_product p
        ON p.seller_id = u.seller_id AND p.source_id = %(channel)s AND p.product_ref = u.product_ref
      LEFT JOIN catalog_variant v ON v.seller_id = u.seller_id AND v.sku = u.sku AND v.product_id = p.id
  ) compared"""

ANALYZE = "ANALYZE catalog_verdict"

PENDING = "SELECT EXISTS (SELECT 1 FROM catalog_verdict WHERE product_verdict IS NULL)"

# Products before their variants, each by primary key, as every writer locks them.
LOCK_PRODUCTS = """
SELECT count(*) FROM (
    SELECT p.id FROM catalog_product p
     WHERE p.id IN (SELECT product_id FROM catalog_verdict WHERE product_verdict IS NULL)
     ORDER BY p.id FOR NO KEY UPDATE) locked"""

LOCK_VARIANTS = """
SELECT count(*) FROM (
    SELECT v.id FROM catalog_variant v
     WHERE v.id IN (
        SELECT k.id FROM catalog_verdict d JOIN {staged} s USING (row_no)
          JOIN catalog_variant k ON k.seller_id = s.seller_id AND k.sku = s.sku
         WHERE d.is_usable AND d.verdict IS NULL
        UNION ALL
        SELECT s.bound_id FROM catalog_verdict d JOIN {staged} s USING (row_no) WHERE d.is_usable AND d.verdict IS NULL)
     ORDER BY v.id FOR NO KEY UPDATE) locked"""

# The SKU says which variant it is. Only where nobody has it, the ref that the store used before does: it was renamed.
# A SKU of another product is refused, unless that one has gone from the same store: it was made anew there.
MATCH = """
WITH known AS (
    SELECT d.row_no, s.seller_id, s.sku, d.product_id, s.variant_ref, s.bound_id, v.id AS variant_id,
           v.id IS NOT NULL AND v.product_id <> d.product_id
           AND (o.is_published OR o.source_id IS DISTINCT FROM %(channel)s) AS is_others,
           o.title AS other_title, coalesce(nullif(o.product_ref, ''), o.id::text) AS other_ref
      FROM catalog_verdict d JOIN {staged} s USING (row_no)
      LEFT JOIN catalog_variant v ON v.seller_id = s.seller_id AND v.sku = s.sku
      LEFT JOIN catalog_product o ON o.id = v.product_id
     WHERE d.is_usable AND d.verdict IS NULL
), ranked AS (
    SELECT *, first_value(variant_ref) OVER same AS taken_by,
           CASE WHEN NOT is_others THEN row_number() OVER same END AS nth
      FROM known WINDOW same AS (PARTITION BY seller_id, sku, is_others ORDER BY row_no)
), renamed AS (
    SELECT DISTINCT ON (v.id) r.row_no, v.id
      FROM ranked r JOIN catalog_variant v ON v.id = r.bound_id AND v.seller_id = r.seller_id
     WHERE r.bound_id IS NOT NULL AND r.variant_id IS NULL AND r.nth = 1 AND v.product_id = r.product_id
       AND r.bound_id NOT IN (SELECT o.variant_id FROM ranked o WHERE o.variant_id IS NOT NULL AND NOT o.is_others)
     ORDER BY v.id, r.row_no
)
UPDATE catalog_verdict d
   SET variant_id = CASE WHEN k.nth = 1 THEN coalesce(k.variant_id, r.id) END,
       verdict = CASE WHEN k.is_others OR k.nth > 1 THEN 'refused' END,
       field = CASE WHEN k.is_others OR k.nth > 1 THEN 'sku' END,
       reason = CASE WHEN k.is_others THEN k.sku || ' belongs to another product already: ''' || k.other_title
                                           || ''' (' || k.other_ref || ')'
                     WHEN k.nth > 1 THEN k.sku || ' is used twice; the other is variant ' || coalesce(k.taken_by, '')
                END
  FROM ranked k LEFT JOIN renamed r USING (row_no)
 WHERE d.row_no = k.row_no"""

# A refusal that another record caused may go without a change of this one: it is compared in full next time.
FORGET = """
UPDATE catalog_product p SET store_hash = ''
 WHERE p.store_hash <> ''
   AND p.id IN (SELECT product_id FROM catalog_verdict WHERE verdict = 'refused' AND is_usable)"""

ANSWER = """
SELECT row_no, product_id, variant_id, coalesce(verdict, product_verdict), product_verdict, field, reason
  FROM catalog_verdict ORDER BY row_no"""

_PRODUCT_OWNERS = """
SELECT coalesce(array_agg(o.field::text), '{}') AS fields FROM (
    SELECT DISTINCT ON (f.field) f.field, f.owner FROM catalog_fieldowner f
     WHERE f.channel_id = %(channel)s AND f.variant_id IS NULL AND (f.product_id = p.id OR f.product_id IS NULL)
     ORDER BY f.field, f.product_id NULLS LAST) o
 WHERE o.owner <> 'store'"""

# The nearest says: of the variant, of its product, of the channel.
_VARIANT_OWNERS = """
SELECT coalesce(array_agg(o.field::text), '{}') AS fields FROM (
    SELECT DISTINCT ON (f.field) f.field, f.owner FROM catalog_fieldowner f
     WHERE f.channel_id = %(channel)s AND (f.product_id = d.product_id OR f.product_id IS NULL)
       AND (f.variant_id = d.variant_id OR f.variant_id IS NULL)
     ORDER BY f.field, f.variant_id NULLS LAST, f.product_id NULLS LAST) o
 WHERE o.owner <> 'store'"""


def insert_products(told: Collection[str]) -> str:
    """Products that the source told for the first time: all that it says is taken."""
    given = {name: _told(name, f"product_{name}", PRODUCT, told) for name in PRODUCT}
    return f"""
WITH fresh AS (
    SELECT DISTINCT ON (s.seller_id, s.product_ref) s.* FROM {{staged}} s JOIN catalog_verdict d USING (row_no)
     WHERE d.product_id IS NULL ORDER BY s.seller_id, s.product_ref, s.row_no
), made AS (
    INSERT INTO catalog_product (seller_id, source_id, product_ref, state, store_hash, modified_at, created_at,
                                 origins, {", ".join(given)})
    SELECT s.seller_id, %(channel)s, s.product_ref, %(start)s, s.digest, s.modified_at, %(at)s,
           {_origins("product_", PRODUCT, told)}, {", ".join(given.values())}
      FROM fresh s ORDER BY s.row_no
    RETURNING id, seller_id, product_ref
)
UPDATE catalog_verdict d SET product_id = made.id, product_verdict = 'created'
  FROM {{staged}} s, made
 WHERE s.row_no = d.row_no AND s.seller_id = made.seller_id AND s.product_ref = made.product_ref"""


def update_products(told: Collection[str]) -> str:
    """Products whose record is another; answers (id, state, fields that changed) of each that is written."""
    names = [n for n in PRODUCT if n in told]
    return f"""
WITH first AS (
    SELECT DISTINCT ON (d.product_id) d.product_id, s.* FROM {{staged}} s JOIN catalog_verdict d USING (row_no)
     WHERE d.product_id IS NOT NULL AND d.product_verdict IS NULL ORDER BY d.product_id, s.row_no
), diff AS (
    SELECT s.*, {_changed("p", "product_", PRODUCT, names)} AS changed
      FROM first s JOIN catalog_product p ON p.id = s.product_id
      CROSS JOIN LATERAL ({_PRODUCT_OWNERS}) owned
), noted AS (
    UPDATE catalog_verdict SET product_verdict = 'changed' WHERE product_verdict IS NULL
)
UPDATE catalog_product p
   SET {_assignments("p", "product_", names)}, store_hash = d.digest, modified_at = d.modified_at
  FROM diff d WHERE p.id = d.product_id
RETURNING p.id, p.state, d.changed"""


def insert_variants(told: Collection[str]) -> str:
    """Variants with a SKU that nobody has; what the source does not own stays as nobody said it."""
    given = {name: _own(name, told) for name in VARIANT}
    return f"""
WITH made AS (
    INSERT INTO catalog_variant (seller_id, product_id, sku, origins, {", ".join(given)})
    SELECT s.seller_id, d.product_id, s.sku, {_origins("", VARIANT, told, "owned.fields")}, {", ".join(given.values())}
      FROM catalog_verdict d JOIN {{staged}} s USING (row_no)
      CROSS JOIN LATERAL ({_VARIANT_OWNERS}) owned
     WHERE d.is_usable AND d.verdict IS NULL AND d.variant_id IS NULL ORDER BY s.row_no
    RETURNING id, seller_id, sku
)
UPDATE catalog_verdict d SET variant_id = made.id, verdict = 'created'
  FROM {{staged}} s, made
 WHERE s.row_no = d.row_no AND d.is_usable AND d.verdict IS NULL AND s.seller_id = made.seller_id
   AND s.sku = made.sku"""


def update_variants(told: Collection[str]) -> str:
    """Variants that are known: what differs is written, and nothing where nothing does."""
    names = [n for n in VARIANT if n in told]
    return f"""
WITH compared AS (
    SELECT s.*, d.product_id, d.variant_id,
           (v.sku, v.product_id) IS DISTINCT FROM (s.sku::varchar, d.product_id) AS moves,
           {_changed("v", "", VARIANT, names)} AS changed
      FROM catalog_verdict d JOIN {{staged}} s USING (row_no) JOIN catalog_variant v ON v.id = d.variant_id
      CROSS JOIN LATERAL ({_VARIANT_OWNERS}) owned
     WHERE d.is_usable AND d.verdict IS NULL
), diff AS (
    SELECT *, moves OR cardinality(changed) > 0 AS is_other FROM compared
), done AS (
    UPDATE catalog_variant v
       SET {_assignments("v", "", names)}, sku = d.sku, product_id = d.product_id
      FROM diff d WHERE v.id = d.variant_id AND d.is_other
)
UPDATE catalog_verdict d SET verdict = CASE WHEN diff.is_other THEN 'changed' ELSE 'unchanged' END
  FROM diff WHERE d.row_no = diff.row_no"""


def _told(name: str, column: str, known: dict[str, tuple[str, str]], told: Collection[str]) -> str:
    nothing = known[name][1]
    return f"coalesce(s.{column}, {nothing})" if name in told else nothing


def _own(name: str, told: Collection[str]) -> str:
    nothing = VARIANT[name][1]
    said = _told(name, name, VARIANT, told)
    return said if name not in told else f"CASE WHEN '{name}' = ANY(owned.fields) THEN {nothing} ELSE {said} END"


def _changed(row: str, prefix: str, known: dict[str, tuple[str, str]], names: Collection[str]) -> str:
    """The names of fields that differ and are the source's own. Only what may be unknown is made unknown by a null."""
    parts = []
    for name in names:
        differs = f"{row}.{name} IS DISTINCT FROM s.{prefix}{name}"
        if known[name][1] != "NULL":
            differs = f"s.{prefix}{name} IS NOT NULL AND {differs}"
        parts.append(f"CASE WHEN {differs} AND NOT '{name}' = ANY(owned.fields) THEN '{name}' END")
    return f"array_remove(ARRAY[{', '.join(parts)}]::text[], NULL)"


def _assignments(row: str, prefix: str, names: Collection[str]) -> str:
    parts = [f"{n} = CASE WHEN '{n}' = ANY(d.changed) THEN d.{prefix}{n} ELSE {row}.{n} END" for n in names]
    stamps = "(SELECT jsonb_object_agg(name, %(stamp)s::jsonb) FROM unnest(d.changed) name)"
    return ", ".join([*parts, f"origins = {row}.origins || coalesce({stamps}, '{{}}')"])


def _origins(
    prefix: str, known: dict[str, tuple[str, str]], told: Collection[str], foreign: str = "'{}'::text[]"
) -> str:
    """Where the value of each field came from, of those that are not as nobody said them."""
    parts = [
        f"'{n}', CASE WHEN s.{prefix}{n} IS DISTINCT FROM {nothing} AND NOT '{n}' = ANY({foreign})"
        f" THEN %(stamp)s::jsonb END"
        for n, (_, nothing) in known.items()
        if n in told
    ]
    return f"jsonb_strip_nulls(jsonb_build_object({', '.join(parts)}))"
