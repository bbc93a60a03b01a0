"""What a visitor asked a page for, and the small pieces of HTML that all of it is made of."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams

LIMITS = (25, 100, 500)
LONGEST = 160
ACCENTS = re.compile("[\u0300-\u036f]")


@dataclass(frozen=True, slots=True)
class View:
    """The query of the page. ``words`` must all stand in a row; ``states`` narrow a table; ``do`` is the open form."""

    search: str = ""
    limit: int = LIMITS[0]
    kind: str = ""
    states: dict[str, str] = field(default_factory=dict)
    do: str = ""
    filled: dict[str, str] = field(default_factory=dict)
    said: str = ""
    refused: str = ""

    @classmethod
    def of(cls, query: QueryParams) -> View:
        """Whatever was asked; what makes no sense is taken for the default."""
        limit = query.get("rows", "")
        return cls(
            search=query.get("q", "").strip(),
            limit=int(limit) if limit in {str(n) for n in LIMITS} else LIMITS[0],
            kind=query.get("kind", ""),
            states={name[6:]: value for name, value in query.items() if name.startswith("state.")},
            do=query.get("do", ""),
            filled={name[2:]: value for name, value in query.items() if name.startswith("f.")},
            said=query.get("said", ""),
            refused=query.get("refused", ""),
        )

    def keeps(self, text: str) -> bool:
        """Whether a row with this text is asked for."""
        plain = folded(text)
        return all(word in plain for word in folded(self.search).split())

    def address(self, **changes: str) -> str:
        """The query of the page with other filters, as the value of an attribute; an empty text takes one away."""
        asked = {"q": self.search, "rows": str(self.limit) if self.limit != LIMITS[0] else "", "kind": self.kind}
        asked |= {f"state.{name}": word for name, word in self.states.items()} | changes
        return escape(f"?{urlencode({name: value for name, value in asked.items() if value})}")


def folded(text: str) -> str:
    """Without case and accents, so that cay finds Çay and ışık finds IŞIK."""
    if text.isascii():
        return text.lower()
    return ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold())).replace("ı", "i")


def label(name: object) -> str:
    """A name as people write it."""
    return escape(str(name).replace("_", " "))


def title(name: object) -> str:
    """A name at the head of something."""
    words = str(name).replace("_", " ")
    return escape(words[:1].upper() + words[1:])


def attributes(**given: object) -> str:
    """Attributes of an element; None and False are left out, True has no value, a final underscore falls away."""
    shown = {name.rstrip("_"): value for name, value in given.items() if value is not None and value is not False}
    return "".join(f" {n}" if v is True else f" {n}='{escape(str(v))}'" for n, v in shown.items())


def plain(value: object) -> str:
    """A cell as text, the parts of a list with commas between."""
    if isinstance(value, list) and not any(isinstance(part, (dict, list)) for part in value):
        return ", ".join(map(str, value))
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return "" if value is None else str(value)


def cell(value: Any) -> str:
    """A cell as HTML; what is long is cut."""
    if isinstance(value, list) and value and not any(isinstance(part, (dict, list)) for part in value):
        return "<br>".join(_cut(str(part)) for part in value)
    return _cut(plain(value)) if value not in (None, [], {}, "") else "<span class='none'>–</span>"


def _cut(text: str) -> str:
    return escape(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…")
