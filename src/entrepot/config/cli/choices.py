"""Words that more than one command takes."""

from __future__ import annotations

from enum import StrEnum


class Faults(StrEnum):
    """Presets of the sandbox's dials; ``sandbox.faults`` says what each does."""

    none = "none"
    some = "some"
    hard = "hard"
