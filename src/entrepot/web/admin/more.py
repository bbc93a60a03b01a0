"""What layers above hang on a page that they may not import from below: the site knows it, the page asks the site."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from .buttons import Button
from .columns import Column
from .sections import Section


@dataclass(frozen=True, slots=True)
class More:
    """Buttons, columns and sections for the page of one model."""

    buttons: Sequence[Button] = field(default_factory=list)
    columns: Sequence[Column] = field(default_factory=list)
    sections: Sequence[Callable[[HttpRequest, Any], Sequence[Section]]] = field(default_factory=list)
