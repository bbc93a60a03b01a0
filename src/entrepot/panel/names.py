"""Names of fields as people read them. No Django: ``tools/messages.py`` collects them as messages."""

from __future__ import annotations

# Names that are short for people who write code.
_WORDS = {
    "account_ref": "account number", "base_url": "address", "batch_ref": "batch number",
    "beat_at": "last sign of life", "content_ref": "card number", "every_s": "every, seconds",
    "failed_count": "failed", "fx_margin_rate": "exchange margin", "fx_rate": "exchange rate", "gtin": "GTIN",
    "height_mm": "height, mm", "hs_code": "HS code", "id": "number", "item_count": "items",
    "last_count": "records last time", "last_ok_at": "last good answer", "length_mm": "length, mm",
    "line_ref": "line number", "listing_ref": "their key", "markup_rate": "markup",
    "minimum_margin_rate": "minimum margin", "ms": "duration, ms", "order_ref": "order number",
    "origin_refs": "made from packages", "our_id": "our number", "our_ref": "our reference", "ours": "our word",
    "own_tracking_ref": "our tracking number", "package_ref": "package number", "parent_ref": "belongs to",
    "product_ref": "product number", "received_bytes": "bytes received", "ref": "their number",
    "review_ref": "review number", "row_count": "rows", "sent_bytes": "bytes sent", "seq": "sequence number",
    "sha256": "SHA-256", "sku": "SKU", "store_ref": "number in the store", "subject_ref": "about",
    "subscription_ref": "subscription number", "their_ref": "their number", "theirs_ref": "their number",
    "theirs_text": "their words", "tracking_ref": "tracking number",
    "tracking_url": "tracking address", "vat_rate": "VAT rate", "wanted_refs": "to fetch next",
    "watermark_ms": "read up to", "weight_g": "weight, g", "width_mm": "width, mm",
}  # fmt: skip


def said(name: str) -> str:
    """A field's name as a person reads it: ``is_paid`` is paid, ``placed_at`` is placed, ``fx_rate`` exchange rate."""
    if name in _WORDS:
        return _WORDS[name]
    return name.removeprefix("is_").removesuffix("_at").replace("_", " ")
