"""``python -m benchmarks [NAME …] [--json]``. Each runs in a process of its own: none sees another's memory."""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys

from .figures import Figure, lines, table

NAMES = (
    "events",
    "kafka-relay",
    "kafka-consumer",
    "merge",
    "pull",
    "orders",
    "levels",
    "catalogue",
    "reservations",
    "webhooks",
    "small",
    "first-listing",
)
_ONE = "--in-this-process"


def main(arguments: list[str]) -> int:
    """Measure what was asked for; the exit status: 1 when a benchmark failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure, each beside its floor.")
    parser.add_argument("name", nargs="*", choices=[[], *NAMES], help=f"one of {', '.join(NAMES)}; none: all")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument(_ONE, action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    names = given.name or list(NAMES)
    if given.in_this_process:
        print(lines([figure for name in names for figure in _measured(name)]))
        return 0
    told = {name: _apart(name) for name in names}
    found = [figure for figures in told.values() for figure in figures]
    print(lines(found) if given.json else table(found))
    return int(not all(told.values()))


def _measured(name: str) -> list[Figure]:
    """One figure, or several where a benchmark looks at one run from several sides."""
    told: Figure | list[Figure] = importlib.import_module(f"benchmarks.{name.replace('-', '_')}").measure()
    return told if isinstance(told, list) else [told]


def _apart(name: str) -> list[Figure]:
    """What it measured in a process of its own; none: it failed."""
    command = [sys.executable, "-m", "benchmarks", name, _ONE]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        print(f"{name} failed with {done.returncode}", file=sys.stderr)
        return []
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return [Figure(**{k: v for k, v in one.items() if not k.startswith("ratio_")}) for one in told]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
