"""The tables of docs/rules, which tests hold the code to."""

from __future__ import annotations

from pathlib import Path

RULES = Path(__file__).parents[1] / "docs" / "rules"


def table(page: str, heading: str, nth: int = 0) -> list[dict[str, str]]:
    """Rows of the ``nth`` table below a second-level heading, by column."""
    section = (RULES / page).read_text("utf-8").split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    tables = [block for block in section.split("\n\n") if block.lstrip().startswith("|")]
    rows = [[c.strip() for c in line.strip().strip("|").split("|")] for line in tables[nth].strip().splitlines()]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[2:]]
