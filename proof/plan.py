"""What people do, and whom we kill, drawn from the seed before anything begins: the same seed, the same plan."""

from __future__ import annotations

import random
from dataclasses import dataclass

# What people do on the remotes, with its weight. People: docstrings in people.py say what each is.
ACTS = {
    "order": 24, "order_unpaid": 2, "pay": 2, "cancel": 4, "cancel_part": 3, "split": 3, "fulfil": 8,
    "till": 8, "restock": 4, "price": 4, "unpublish": 1, "publish": 2, "new_product": 1, "edit": 2,
    "race": 7, "race_abroad": 3, "refuse": 1,
}  # fmt: skip
# Whom we kill, with its weight, by how events travel.
_ALWAYS = {"web1": 2, "web2": 2, "worker1": 3, "worker2": 3}
VICTIMS = {
    "postgres": {**_ALWAYS, "dispatcher": 2, "postgres": 1, "backend": 1},
    "kafka": {**_ALWAYS, "relay": 2, "consumer1": 2, "consumer2": 2, "kafka": 1, "postgres": 1, "backend": 1},
}
FIRST_S = 1.0


@dataclass(frozen=True, slots=True)
class Step:
    """One thing at ``at_s`` seconds from the beginning; ``draw`` is the seed of its own choices."""

    at_s: float
    name: str
    draw: str

    def source(self) -> random.Random:
        """Its own random source: what it chooses does not depend on what others chose."""
        return random.Random(self.draw)


def acts(*, seed: int, seconds: float, per_second: float) -> list[Step]:
    """What people do: every kind at least once where there is time, then by weight."""
    source = random.Random(f"{seed}:acts")
    times = _times(source, seconds, per_second)
    names = [*ACTS]
    source.shuffle(names)
    names = names[: len(times)]
    names += source.choices([*ACTS], weights=[*ACTS.values()], k=len(times) - len(names))
    first = names[: len(times) // 3]  # there is nothing to cancel or to ship before somebody bought
    first.sort(key=lambda name: name not in ("order", "order_unpaid", "race"))
    return _steps(times, [*first, *names[len(first) :]], f"{seed}:act")


def kills(
    *, seed: int, seconds: float, every_s: tuple[float, float], transport: str = "postgres"
) -> list[Step]:  # fmt: skip
    """Whom we kill: each of them once where there is time, then by weight."""
    source = random.Random(f"{seed}:kills")
    times, at = [], FIRST_S
    while at < seconds:
        times.append(at)
        at += source.uniform(*every_s)
    victims = VICTIMS[transport]
    names = [*victims]
    source.shuffle(names)
    names = names[: len(times)]
    names += source.choices([*victims], weights=[*victims.values()], k=len(times) - len(names))
    return _steps(times, names, f"{seed}:kill")


def _times(source: random.Random, seconds: float, per_second: float) -> list[float]:
    times, at = [], 0.0
    while (at := at + source.expovariate(per_second)) < seconds:
        times.append(at)
    return times


def _steps(times: list[float], names: list[str], draw: str) -> list[Step]:
    return [Step(at, name, f"{draw}:{n}") for n, (at, name) in enumerate(zip(times, names, strict=True))]
