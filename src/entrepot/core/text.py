"""Folding of text for comparison, Turkish included. The database has no such collation; this is the only place."""

from __future__ import annotations

import html
import re
import unicodedata

_TURKISH = str.maketrans({"İ": "i", "I": "i", "ı": "i"})
_SPACE = re.compile(r"\s+")
_TAG = re.compile(r"<[^>]*>")


def fold(text: str) -> str:
    """``text`` in a form in which equal words are equal: case, accents, the four Turkish i's and spaces do not count.

    Example: ``"  ÇAY  Bardağı İnce"`` and ``"cay bardagi ince"`` are both ``cay bardagi ince``.
    """
    flat = unicodedata.normalize("NFKD", text.translate(_TURKISH)).casefold()
    kept = "".join(c for c in flat if not unicodedata.combining(c))
    return _SPACE.sub(" ", kept.translate(_TURKISH)).strip()


def plain(markup: str) -> str:
    """The words of an HTML text, without tags and entities."""
    return _SPACE.sub(" ", html.unescape(_TAG.sub(" ", markup))).strip()
