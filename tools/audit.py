"""Known vulnerabilities of what is pinned: ``python tools/audit.py [pip-audit's own options]``.

Each file of requirements is looked up as it is pinned, without installing anything. It fails for an advisory that
``requirements/accepted.txt`` does not name with a reason, and for a line there that no advisory needs any more. Where
advisories cannot be had (no network) it says so and passes; with ENTREPOT_AUDIT=required it fails.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements"
PINNED = ("run.txt", "machines.txt", "dev.txt")


def accepted(text: str) -> dict[str, str]:
    """Advisory → why it does not concern us, of lines ``ID  reason``."""
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if bare := [words[0] for words in lines if len(words) == 1]:
        sys.exit(f"requirements/accepted.txt: {', '.join(bare)} has no reason")
    return {advisory: why.strip() for advisory, why in lines}


def look_up(name: str, options: Sequence[str]) -> list[Mapping[str, Any]] | None:
    """What pip-audit says of each package of a file; None: it had no answer."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--progress-spinner", "off"]
    command += ["--format", "json", "-r", str(REQUIREMENTS / name), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages: list[Mapping[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return None
    return packages if any("vulns" in p for p in packages) else None


def judge(found: Mapping[str, Sequence[Mapping[str, Any]]], known: Mapping[str, str]) -> list[str]:
    """What has to be mended: advisories that nobody accepted, and lines that are of no use any more."""
    told, seen = [], set()
    for name, packages in found.items():
        for package in packages:
            for one in package.get("vulns", []):
                ids = {one["id"], *one.get("aliases", [])}
                seen |= ids
                if not ids & known.keys():
                    fixed = ", ".join(one.get("fix_versions", [])) or "no version yet"
                    told.append(f"{name}: {package['name']} {package['version']}: {one['id']}, mended in {fixed}")
            if "skip_reason" in package:
                told.append(f"{name}: {package['name']}: {package['skip_reason']}")
    return told + [
        f"accepted.txt: {advisory} is of no pinned version any more" for advisory in sorted(known.keys() - seen)
    ]


def main() -> int:
    options = sys.argv[1:]
    found = {name: packages for name in PINNED if (packages := look_up(name, options)) is not None}
    if len(found) < len(PINNED):
        print("audit: advisories could not be had; nothing was looked up (ENTREPOT_AUDIT=required makes this fail)")
        return 1 if os.environ.get("ENTREPOT_AUDIT") == "required" else 0
    told = judge(found, accepted((REQUIREMENTS / "accepted.txt").read_text()))
    print("\n".join(told) or "audit: nothing is known against what is pinned")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
