"""Files end at 400 lines and functions at 60; nearly all functions end at 35."""

from __future__ import annotations

from source_tree import Module
from waivers import LONG_TESTS

FILE_LINES, FUNCTION_LINES, USUAL_LINES = 400, 60, 35
USUAL_SHARE = 0.98


def long_files(modules: list[Module]) -> list[str]:
    sizes = [(m, len(m.text.splitlines())) for m in modules]
    return [f"{m.path}: {n} lines, split it by use case" for m, n in sizes if n > FILE_LINES]


def functions_over(modules: list[Module], limit: int) -> list[str]:
    found = [(n, f"{m.path}: {name} has {n} lines") for m in modules for name, n in m.functions() if n > limit]
    return [text for _, text in sorted(found, reverse=True)]


def test_files_end_at_400_lines(ours):
    assert long_files(ours) == []


def test_functions_end_at_60_lines(ours):
    assert functions_over(ours, FUNCTION_LINES) == []


def test_nearly_all_functions_end_at_35_lines(ours):
    count = sum(1 for m in ours for _ in m.functions())

    long = functions_over(ours, USUAL_LINES)

    print(f"{len(long)} of {count} functions have more than {USUAL_LINES} lines:", *long, sep="\n  ")
    assert len(long) <= count * (1 - USUAL_SHARE), "\n".join(long)


def test_tests_end_at_400_lines_too(repository):
    tests = [
        Module(p.relative_to(repository).as_posix(), p.read_text())
        for folder in ("tests", "benchmarks", "tools")
        for p in sorted((repository / folder).rglob("*.py"))
    ]

    assert [t.split(":")[0] for t in long_files(tests)] == sorted(LONG_TESTS)


def test_the_rules_can_fail(plant):
    body = "    x = 1\n"
    planted = plant({
        "orders/services.py": f"def long():\n{body * 60}",
        "orders/queries.py": f"def usual():\n{body * 34}\n\ndef more():\n{body * 35}",
        "orders/models.py": "x = 1\n" * 401,
        "orders/api.py": "x = 1\n" * 400,
    })  # fmt: skip

    assert long_files(planted) == ["orders/models.py: 401 lines, split it by use case"]
    assert functions_over(planted, FUNCTION_LINES) == ["orders/services.py: long has 61 lines"]
    assert [t.split(": ")[1] for t in functions_over(planted, USUAL_LINES)] == [
        "long has 61 lines",
        "more has 36 lines",
    ]
