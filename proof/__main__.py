"""``python -m proof [--minutes N] [--seed N] [--json]``: exit status 0 when the proof holds, 1 when it does not."""

from __future__ import annotations

import argparse
import json
import secrets
import signal
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

from .run import Form, prove

_SHORT: dict[str, Any] = {
    "most": 8, "per_second": 5.0, "every_s": (1.0, 2.5), "is_hurried": True, "dials": (("lost_answer", 0.3),),
}  # fmt: skip


def main() -> int:
    """Read the command line and run; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m proof", description="Kill -9 while people trade, then compare.")
    parser.add_argument("--minutes", type=float, default=2.0, help="how long people trade and processes are killed")
    parser.add_argument("--seed", type=int, help="the same seed makes the same plan; none: any")
    parser.add_argument("--faults", choices=("some", "hard"), default="hard", help="how badly the remotes behave")
    parser.add_argument("--transport", choices=("postgres", "kafka"), default="postgres", help="of events")
    parser.add_argument("--short", action="store_true", help="a few goods, and leases of the dead are cut short")
    parser.add_argument("--keep", type=Path, help="folder in which database and logs are left")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that whatever was started is ended
    seed = secrets.randbelow(100_000) if given.seed is None else given.seed
    console = Console(stderr=given.json)
    console.print(
        f"seed {seed}: python -m proof --minutes {given.minutes:g} --seed {seed} --transport {given.transport}"
    )
    form = Form(
        seconds=given.minutes * 60, seed=seed, faults=given.faults, transport=given.transport,
        **(_SHORT if given.short else {}),
    )  # fmt: skip
    verdict = prove(form, lambda text: console.print(f"[dim]{text}[/]"), keep=given.keep)
    if given.json:
        print(json.dumps(verdict.as_dict(), ensure_ascii=False, default=str))
    else:
        from .report import show

        show(console, verdict)
    return 0 if verdict.holds else 1


if __name__ == "__main__":
    sys.exit(main())
