"""What several threads want to commit at the same moment shares a transaction, and fails alone."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from entrepot.ingress.services.group_commit import GroupCommit


class Ledger:
    """Keeps groups; the first waits at a gate. Odd numbers cannot be kept, and spoil their group."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.entered, self.gate = threading.Event(), threading.Event()

    def keep(self, numbers):
        self.groups.append(list(numbers))
        self.entered.set()
        assert self.gate.wait(10)
        if any(n % 2 for n in numbers):
            raise ValueError(f"odd: {numbers}")
        return [n * 10 for n in numbers]


@pytest.fixture
def ledger():
    return Ledger()


def all_at_once(ledger, numbers, most=100):
    """Each number by a thread of its own; the first is at the gate before the others come."""
    together = GroupCommit(ledger.keep, most=most)
    with ThreadPoolExecutor(len(numbers)) as pool:
        first = pool.submit(together.add, numbers[0])
        assert ledger.entered.wait(10)
        others = [pool.submit(together.add, n) for n in numbers[1:]]
        while len(together._waiting) < len(others):
            threading.Event().wait(0.005)
        ledger.gate.set()
        return [f.exception() or f.result() for f in (first, *others)]


def test_who_comes_during_a_commit_is_kept_by_the_next_one_all_together(ledger):
    assert all_at_once(ledger, [2, 4, 6, 8]) == [20, 40, 60, 80]

    assert [len(group) for group in ledger.groups] == [1, 3]


def test_a_group_has_a_limit(ledger):
    assert all_at_once(ledger, [2, 4, 6, 8], most=2) == [20, 40, 60, 80]

    assert [len(group) for group in ledger.groups] == [1, 2, 1]


def test_nobody_fails_for_what_another_brought(ledger):
    told = all_at_once(ledger, [2, 4, 5, 8])

    assert [told[i] for i in (0, 1, 3)] == [20, 40, 80]
    assert isinstance(told[2], ValueError) and str(told[2]) == "odd: [5]"


def test_after_a_failure_the_next_is_taken(ledger):
    ledger.gate.set()
    together = GroupCommit(ledger.keep)

    with pytest.raises(ValueError, match="odd"):
        together.add(3)
    assert together.add(4) == 40
