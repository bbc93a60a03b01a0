"""What docs/security.md says is shown by a test, is."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_NAMED = re.compile(r"`(tests/[\w/.]+\.py)::(\w+)`")


def absent(page: str) -> list[str]:
    """Tests that a page names and that are not there."""
    return [
        f"{path}::{name}"
        for path, name in _NAMED.findall(page)
        if not (ROOT / path).exists() or f"def {name}(" not in (ROOT / path).read_text()
    ]


def test_every_test_that_the_page_names_is_there():
    page = (ROOT / "docs" / "security.md").read_text()

    assert absent(page) == []
    assert len(_NAMED.findall(page)) == page.count("`tests/") > 30
    assert absent("`tests/web/test_caller.py::test_nothing`, `tests/web/no.py::test_x`") != []


def test_every_defence_names_one():
    rows = [
        line for line in (ROOT / "docs" / "security.md").read_text().split("## Doors")[1].splitlines() if "|" in line
    ]

    defences = [line for line in rows if not line.startswith(("| threat", "|---"))]
    assert [line for line in defences if not _NAMED.search(line)] == []
