"""Ten marks are one piece of work, and none is lost."""

from __future__ import annotations

import threading

import pytest
from django.db import connections, transaction

from entrepot.events.models import Dirty
from entrepot.events.services import claim_dirty, mark_dirty

pytestmark = pytest.mark.django_db(transaction=True)


def claim(kind="stock", limit=100):
    with transaction.atomic():
        return claim_dirty(kind=kind, limit=limit)


def test_marks_collapse_and_are_gone_once_claimed():
    for _ in range(10):
        mark_dirty(kind="stock", subject_ids=[5, 3, 5])
    mark_dirty(kind="price", subject_ids=[3])

    assert claim() == [3, 5]
    assert claim() == []
    assert claim("price") == [3]


def test_a_crash_gives_the_marks_back():
    mark_dirty(kind="stock", subject_ids=[1, 2])

    with transaction.atomic():
        assert claim_dirty(kind="stock", limit=100) == [1, 2]
        transaction.set_rollback(True)

    assert claim() == [1, 2]


def test_a_mark_made_while_one_is_being_claimed_survives():
    mark_dirty(kind="stock", subject_ids=[1])

    with transaction.atomic():
        assert claim_dirty(kind="stock", limit=100) == [1]
        thread = threading.Thread(target=lambda: (mark_dirty(kind="stock", subject_ids=[1]), connections.close_all()))
        thread.start()
        thread.join(10)
        assert not thread.is_alive()  # the writer did not wait for us

    assert claim() == [1]


def test_two_claimers_share_the_marks():
    mark_dirty(kind="stock", subject_ids=range(100))
    other = []

    with transaction.atomic():
        mine = claim_dirty(kind="stock", limit=40)
        thread = threading.Thread(target=lambda: (other.extend(claim()), connections.close_all()))
        thread.start()
        thread.join(10)

    assert len(mine) == 40
    assert sorted(mine + other) == list(range(100))


def test_claiming_outside_a_transaction_is_refused():
    mark_dirty(kind="stock", subject_ids=[1])

    with pytest.raises(RuntimeError, match="outside a transaction"):
        claim_dirty(kind="stock", limit=1)
    assert Dirty.objects.count() == 1


def test_no_marks_cost_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        mark_dirty(kind="stock", subject_ids=[])
