"""WordPress slugs."""

from __future__ import annotations

import re
import unicodedata

TURKISH = str.maketrans("ıİğĞşŞçÇöÖüÜ", "iigGsScCoOuU")


def slug_of(text: str) -> str:
    """ASCII, lower case, dashes; "" when nothing is left."""
    plain = unicodedata.normalize("NFKD", text.translate(TURKISH)).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
