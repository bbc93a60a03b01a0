"""What a benchmark tells, and how it is printed."""

from __future__ import annotations

import json
import resource
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

KEYS = (
    "id", "work", "unit", "ours", "floor", "peer", "ratio_to_floor", "ratio_to_peer", "rss_mib", "cpu_s", "runs",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """One benchmark's result.

    ``ours`` and ``floor`` are medians in ``unit``; the floor is the least that the same work costs on this machine,
    from the same run. ``peer`` is what a user would take instead, None where there is none. ``rss_mib`` is the most
    memory that the measuring process held, ``cpu_s`` its processor time in all timed runs: neither counts PostgreSQL.
    """

    id: str
    work: str
    unit: str
    ours: float
    floor: float
    rss_mib: float
    cpu_s: float
    runs: int
    peer: float | None = None

    def as_dict(self) -> dict[str, object]:
        """Exactly the keys of ``KEYS``, in their order."""
        ratios = {
            "ratio_to_floor": _rounded(self.ours / self.floor),
            "ratio_to_peer": None if self.peer is None else _rounded(self.ours / self.peer),
        }
        plain = {name: getattr(self, name) for name in KEYS if name not in ratios}
        return {name: ratios[name] if name in ratios else _rounded(plain[name]) for name in KEYS}


def _rounded(value: object) -> object:
    """Three significant digits are more than two busy cores can tell apart."""
    return float(f"{value:.3g}") if isinstance(value, float) else value


class Stopwatch:
    """Seconds of each timed run, processor seconds of all of them."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.cpu_s = 0.0

    @contextmanager
    def run(self) -> Iterator[None]:
        """Time the block as one run."""
        began, cpu = time.perf_counter(), _cpu_s()
        yield
        self.seconds.append(time.perf_counter() - began)
        self.cpu_s += _cpu_s() - cpu

    def per_second(self, count: int) -> float:
        """Median rate of runs that did ``count`` each."""
        return count / self.median_s

    @property
    def median_s(self) -> float:
        """Median of the runs' seconds."""
        return statistics.median(self.seconds)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def rss_mib(of: int = resource.RUSAGE_SELF) -> float:
    """The most memory that this process (or the largest of its children) held so far, MiB."""
    return resource.getrusage(of).ru_maxrss / 1024


def lines(figures: Sequence[Figure]) -> str:
    """One JSON object a line."""
    return "\n".join(json.dumps(f.as_dict()) for f in figures)


def table(figures: Sequence[Figure]) -> str:
    """The same for people."""
    heads = ("id", "ours", "floor", "ratio_to_floor", "unit", "rss_mib", "cpu_s", "runs", "work")
    rows = [heads, *([str(f.as_dict()[h]) for h in heads] for f in figures)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(heads))]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)
