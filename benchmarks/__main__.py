"""``python -m benchmarks [NAME …] [--json]``. Each runs in a process of its own: none sees another's memory."""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys

from .figures import Figure, lines, table

NAMES = ("events", "kafka-relay", "kafka-consumer", "merge", "pull", "orders", "reservations", "first-listing")
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
        print(lines([_measured(name) for name in names]))
        return 0
    found = [f for name in names if (f := _apart(name)) is not None]
    print(lines(found) if given.json else table(found))
    return int(len(found) < len(names))


def _measured(name: str) -> Figure:
    figure: Figure = importlib.import_module(f"benchmarks.{name.replace('-', '_')}").measure()
    return figure


def _apart(name: str) -> Figure | None:
    command = [sys.executable, "-m", "benchmarks", name, _ONE]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        print(f"{name} failed with {done.returncode}", file=sys.stderr)
        return None
    told = json.loads(done.stdout.splitlines()[-1])
    return Figure(**{k: v for k, v in told.items() if not k.startswith("ratio_")})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
