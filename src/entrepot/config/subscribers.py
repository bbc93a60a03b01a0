"""Which handler is told of which event. Every type has handlers, by dotted name, or the word ``none``."""

from __future__ import annotations

SUBSCRIBERS: dict[str, list[str] | str] = {}
