"""Remote calls of a set side by side: each answer in its place, whatever became of the others."""

from __future__ import annotations

import threading

import pytest

from entrepot.egress.services.side_by_side import LANES, side_by_side


def test_answers_and_errors_stand_where_their_items_stood():
    def call(n):
        if n % 3 == 0:
            raise ValueError(f"{n} is refused")
        return n * 10

    found = side_by_side(call, list(range(10)))

    assert [r for r in found if not isinstance(r, Exception)] == [10, 20, 40, 50, 70, 80]
    assert [str(found[n]) for n in (0, 3, 6, 9)] == [f"{n} is refused" for n in (0, 3, 6, 9)]


@pytest.mark.parametrize(("count", "others"), [(0, 0), (1, 0), (2, 2), (50, LANES)])
def test_a_set_takes_no_more_threads_than_it_has_items_or_lanes(count, others):
    seen = set()

    side_by_side(lambda _: seen.add(threading.current_thread().name), range(count))

    assert len(seen - {threading.current_thread().name}) == others
