"""Query strings as PHP reads them, and the parameters that every list shares."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from .errors import invalid_params

KEY = re.compile(r"^([^\[]+)((?:\[[^\]]*\])*)$")
PART = re.compile(r"\[([^\]]*)\]")
DATE = re.compile(r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:?\d\d)?)?$")
DATES = ("after", "before", "modified_after", "modified_before")


def php_query(raw: str) -> dict[str, Any]:
    """``a=1&a=2`` → the last; ``a[]=1&a[]=2`` → a list; ``a[b]=1`` → a nested dict."""
    found: dict[str, Any] = {}
    for key, value in parse_qsl(raw, keep_blank_values=True):
        match = KEY.match(key)
        if match is None:
            found[key] = value
            continue
        _put(found, [match[1], *PART.findall(match[2])], value)
    return {key: _as_list(value) for key, value in found.items()}


def _put(into: dict[str, Any], path: list[str], value: str) -> None:
    for name in path[:-1]:
        inner = into.get(name or str(len(into)))
        if not isinstance(inner, dict):
            inner = into[name or str(len(into))] = {}
        into = inner
    into[path[-1] or str(len(into))] = value


def _as_list(value: Any) -> Any:
    if isinstance(value, dict):
        inner = {k: _as_list(v) for k, v in value.items()}
        return list(inner.values()) if all(k.isdigit() for k in inner) else inner
    return value


@dataclass(frozen=True, slots=True)
class Page:
    """Which slice of a list is wanted: ``offset`` wins over ``page``."""

    number: int
    size: int
    offset: int | None

    @property
    def start(self) -> int:
        """Index of the first item."""
        return self.offset if self.offset is not None else (self.number - 1) * self.size


class Query:
    """Typed reads of one query; every bad parameter is collected and refused together by ``refuse``."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.given = given
        self._bad: dict[str, tuple[str, str]] = {}

    def has(self, name: str) -> bool:
        """Whether it was sent and is not empty."""
        return self.given.get(name) not in (None, "", [])

    def text(self, name: str) -> str | None:
        """A string, or nothing when it was not sent."""
        value = self.given.get(name)
        return None if value is None or value == "" else str(value)

    def whole(self, name: str, default: int | None, *, low: int = 0, high: int | None = None) -> int | None:
        """An integer in a range."""
        raw = self.text(name)
        if raw is None:
            return default
        if not re.fullmatch(r"-?\d+", raw):
            self._bad[name] = ("rest_invalid_type", f"{name} is not of type integer.")
            return default
        value = int(raw)
        if value < low or (high is not None and value > high):
            top = f"between {low} (inclusive) and {high} (inclusive)"
            limits = top if high is not None else f"greater than or equal to {low}"
            self._bad[name] = ("rest_out_of_bounds", f"{name} must be {limits}")
            return default
        return value

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        """One of a closed list."""
        raw = self.text(name)
        if raw is None:
            return default
        if raw not in allowed:
            self._bad[name] = ("rest_not_in_enum", f"{name} is not one of {', '.join(allowed)}.")
        return raw

    def yes(self, name: str) -> bool | None:
        """A boolean in WordPress' spellings; None when not sent."""
        raw = self.text(name)
        if raw is None:
            return None
        if raw.lower() not in {"true", "false", "1", "0"}:
            self._bad[name] = ("rest_invalid_type", f"{name} is not of type boolean.")
        return raw.lower() in {"true", "1"}

    def words(self, name: str, allowed: tuple[str, ...] | None = None) -> list[str]:
        """A list: repeated ``name[]`` or one comma list."""
        raw = self.given.get(name)
        parts = raw if isinstance(raw, list) else str(raw or "").split(",")
        found = [str(part).strip() for part in parts if str(part).strip()]
        wrong = [part for part in found if allowed is not None and part not in allowed]
        if wrong and allowed is not None:
            self._bad[name] = ("rest_not_in_enum", f"{name}[0] is not one of {', '.join(allowed)}.")
        return found

    def numbers(self, name: str) -> list[int]:
        """A list of ids."""
        found = self.words(name)
        if any(not part.isdigit() for part in found):
            self._bad[name] = ("rest_invalid_type", f"{name}[0] is not of type integer.")
            return []
        return [int(part) for part in found]

    def date(self, name: str) -> str | None:
        """An ISO 8601 date-time as text."""
        raw = self.text(name)
        if raw is not None and not DATE.match(raw):
            self._bad[name] = ("rest_invalid_date", "Invalid date.")
            return None
        return raw

    def page(self) -> Page:
        """Paging with WordPress' limits."""
        number, size = self.whole("page", 1, low=1), self.whole("per_page", 10, low=1, high=100)
        return Page(number or 1, size or 10, self.whole("offset", None))

    def refuse(self) -> None:
        """Raise the 400 that names every bad parameter; nothing when all were good."""
        if self._bad:
            raise invalid_params(self._bad)
