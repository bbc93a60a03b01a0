"""What the repository never says, and numbers that money is never made of."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest
from source_tree import Module

# Each rule: a pattern, and a line that it must refuse. Written in parts, so that this file keeps its own rules.
REFUSED = {
    "unfinished work": (r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|\bNotImplemented" + "Error", "# TO" + "DO: later"),
    "how it was made": (
        r"(?i)\b(cl" + r"aude|anthro" + r"pic|chat" + r"gpt|open" + r"ai|co" + r"pilot|l" + r"lms?|sub-?agents?|as an a" + r"i)\b",
        "written by Cl" + "aude",
    ),
    "a path of one machine": (r"(?<![\w.])/(wo" + r"rk|ro" + r"ot|home/\w+|Users/\w+)/", "see /wo" + "rk/notes.md"),
    "the address of a registry": (
        r"(?i)\b(py" + r"pi\.org|pythonhosted\.org|registry\.npmjs|proxy\.golang|--(extra-)?index-url)",
        "from https://py" + "pi.org/simple",
    ),
}  # fmt: skip
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".ini",
    ".txt",
    ".in",
    ".html",
    ".css",
    ".js",
    ".json",
    ".sh",
    ".csv",
    ".yml",
    ".yaml",
    "",
}
BINARY_FOLDERS = {"images"}

MONEY = ("core/money.py", "pricing/", "orders/", "finance/", "catalog/services/", "kit/records.py")
FLOATS_MEANT = {
    "core/money.py": "names the type in order to refuse it",
}


def said(text: str) -> list[str]:
    """The rules that a text breaks."""
    return [rule for rule, (pattern, _) in REFUSED.items() if re.search(pattern, text)]


def floats(module: Module) -> list[str]:
    """Lines where a float is written, made or declared."""
    found = []
    for node in ast.walk(module.tree):
        is_literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        is_name = isinstance(node, ast.Name) and node.id == "float"
        is_field = isinstance(node, ast.Attribute) and node.attr == "FloatField"
        if is_literal or is_name or is_field:
            found.append(f"{module.path}:{node.lineno}")
    return found


@pytest.fixture(scope="session")
def kept(repository: Path) -> list[Path]:
    """Every text file under version control, and those about to be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True).stdout.split("\n")
    paths = [repository / n for n in names if n]
    return [p for p in paths if p.is_file() and p.suffix in TEXT and not BINARY_FOLDERS & set(p.parts)]


@pytest.mark.parametrize("rule", sorted(REFUSED))
def test_no_file_says_it(kept, repository, rule):
    pattern = re.compile(REFUSED[rule][0])

    found = [
        f"{p.relative_to(repository)}:{i}"
        for p in kept
        for i, line in enumerate(p.read_text().splitlines(), 1)
        if pattern.search(line)
    ]

    assert len(kept) > 100
    assert found == []


def test_money_is_never_a_float(ours):
    money = [m for m in ours if m.path.startswith(MONEY)]

    assert {m.path: found for m in money if (found := floats(m)) and m.path not in FLOATS_MEANT} == {}
    assert all(floats(m) for m in money if m.path in FLOATS_MEANT)


def test_commits_say_nothing_of_it_either(repository):
    log = subprocess.run(
        ["git", "log", "--format=%B", "-500"], cwd=repository, capture_output=True, text=True, check=True
    )

    assert "how it was made" not in said(log.stdout)


@pytest.mark.parametrize("rule", sorted(REFUSED))
def test_each_rule_can_fail(rule):
    assert said(REFUSED[rule][1]) == [rule]


def test_plain_words_are_not_mistaken():
    assert said("The User-Agent of a session; /workers/, docs/root.md, method todo_list; a home in /var/lib") == []


def test_a_float_in_money_is_seen(plant):
    text = "x = 0.2\ny = float('1')\nz = models.FloatField()\ndef f(a: float): ...\nok = Decimal('0.2')\n"

    assert [f.split(":")[1] for f in floats(plant({"pricing/services.py": text})[0])] == ["1", "2", "3", "4"]
