"""A cursor names the last row seen: rows that come and go meanwhile shift nothing."""

from __future__ import annotations

import pytest

from entrepot.accounts.models import Seller
from entrepot.core.errors import Invalid
from entrepot.web.paging import page

pytestmark = pytest.mark.django_db


def sellers(*codes):
    return [Seller.objects.create(code=c, name=c) for c in codes]


def codes(found):
    return [s.code for s in found.items]


def walk(**options):
    seen, cursor = [], None
    while True:
        found = page(Seller.objects.all(), cursor=cursor, **options)
        seen.append(codes(found))
        cursor = found.next_cursor
        if cursor is None:
            return seen


def test_pages_cover_everything_once_in_both_directions():
    sellers("a", "b", "c", "d", "e")

    assert walk(limit=2) == [["a", "b"], ["c", "d"], ["e"]]
    assert walk(limit=2, newest_first=True) == [["e", "d"], ["c", "b"], ["a"]]
    assert walk(limit=5) == [["a", "b", "c", "d", "e"]]


def test_nothing_is_one_empty_page():
    assert walk() == [[]]


def test_rows_that_come_and_go_between_pages_shift_nothing():
    a, _, _ = sellers("a", "b", "c")
    first = page(Seller.objects.all(), limit=2)
    a.delete()
    sellers("d")

    second = page(Seller.objects.all(), limit=2, cursor=first.next_cursor)

    assert codes(second) == ["c", "d"]


def test_a_page_is_one_query(django_assert_num_queries):
    sellers("a", "b", "c")

    with django_assert_num_queries(1):
        page(Seller.objects.all(), limit=2)


@pytest.mark.parametrize("cursor", ["x", "aWQ6", "aWQ6LTE", "🙂", "aWQ6OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "' OR 1=1"])
def test_a_cursor_that_is_not_ours_is_refused(cursor):
    with pytest.raises(Invalid, match="cursor"):
        page(Seller.objects.all(), cursor=cursor)


@pytest.mark.parametrize("limit", [0, -1, 501])
def test_a_limit_out_of_bounds_is_refused(limit):
    with pytest.raises(Invalid, match="limit"):
        page(Seller.objects.all(), limit=limit)
