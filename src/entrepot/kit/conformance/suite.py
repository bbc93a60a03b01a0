"""Runs every check over a connector."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from entrepot.kit.requests import loads
from entrepot.kit.spec import Spec

from . import declared, purity, reading, receiving, sending
from .bench import Bench, load

Check = Callable[[Bench], Iterator[str]]
CHECKS: Mapping[str, Check] = {
    check.__name__: check for module in (declared, reading, sending, receiving, purity) for check in module.CHECKS
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found wrong. ``waiver`` is the reason why it is borne; empty: it is not."""

    check: str
    problem: str
    waiver: str = ""

    def __str__(self) -> str:
        return f"{self.check}: {self.problem}" + (f" (waived: {self.waiver})" if self.waiver else "")


def run(spec: Spec, samples: Path) -> list[Finding]:
    """Every finding, waived ones too; see README.md for the form of ``samples``.

    Raises:
        ValueError: a file of ``samples`` is not JSON.
        OSError: a file cannot be read.
    """
    waivers = loads((samples / "waivers.json").read_bytes()) if (samples / "waivers.json").exists() else {}
    bench = load(spec, samples)
    found = [
        Finding(name, problem, waivers.get(name, ""))
        for name, check in CHECKS.items()
        for problem in problems(check, bench)
    ]
    waived = {finding.check for finding in found if finding.waiver}
    found += [Finding("waivers", f"{name} is waived without a reason") for name, why in waivers.items() if not why]
    found += [Finding("waivers", f"{name} finds nothing: its waiver can go") for name in waivers if name not in waived]
    return found


def problems(check: Check, bench: Bench) -> list[str]:
    """What one check finds; a connector that breaks it by raising is a finding, too."""
    found: list[str] = []
    try:
        found.extend(check(bench))
    except Exception as error:  # noqa: BLE001 - whatever the connector raises is the finding
        found.append(f"raised {error!r}")
    return found


def report(spec: Spec, findings: Sequence[Finding]) -> str:
    """The findings as text: what is open first, what is waived with its reason, and the count at the end."""
    still, waived = [f for f in findings if not f.waiver], [f for f in findings if f.waiver]
    rows = [f"  {finding}" for finding in (*still, *waived)]
    return "\n".join([*rows, f"{spec.slug}: {len(CHECKS)} checks, {len(still)} findings, {len(waived)} waived"])
