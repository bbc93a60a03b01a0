"""What a feed brought the last time needs no second look, unless anybody else had the feed, or it is another one."""

from __future__ import annotations

import pytest

from entrepot.ingress.models import Feed
from entrepot.ingress.services import repeats
from entrepot.ingress.services.repeats import Repeats
from entrepot.kit.read import Aside, Read

ONE, TWO = {"id": 1, "status": "Created"}, {"id": 2, "status": "Created"}


@pytest.fixture(autouse=True)
def nothing_read_before(monkeypatch):
    monkeypatch.setattr(repeats, "_LAST", {})


def claimed(claim_no, runs, feed_id=7):
    return Repeats(Feed(id=feed_id, claim_no=claim_no, runs=runs))


def brought(reading, *raws, asides=()):
    reading.keep(Read(raws=list(raws), set_aside=[Aside("order", "x", "is wrong", raw) for raw in asides]))


def test_the_same_message_is_known_in_the_next_reading_and_in_the_one_after_it():
    first = claimed(1, 0)
    assert not first.has(ONE)
    brought(first, ONE)
    first.close()

    second = claimed(2, 1)
    assert second.has(dict(reversed(ONE.items())))  # in whatever order of its fields
    assert not second.has(ONE | {"status": "Picking"})
    second.close()

    assert claimed(3, 2).has(ONE)


def test_what_a_reading_did_not_bring_is_forgotten_with_it():
    first = claimed(1, 0)
    brought(first, ONE)
    first.close()
    second = claimed(2, 1)
    brought(second, TWO)
    second.close()

    third = claimed(3, 2)

    assert not third.has(ONE)
    assert third.has(TWO)


@pytest.mark.parametrize(
    ("claim_no", "runs", "feed_id"),
    [
        (3, 2, 7),  # another worker had it in between
        (2, 0, 7),  # a backup from the middle of that reading was restored: what it kept may be gone
        (1, 0, 7),  # and one from before it
        (2, 1, 8),  # another feed
    ],
)
def test_where_the_row_is_not_as_the_reading_left_it_everything_is_looked_at_again(claim_no, runs, feed_id):
    first = claimed(1, 0)
    brought(first, ONE)
    first.close()

    assert not claimed(claim_no, runs, feed_id).has(ONE)


def test_a_reading_that_broke_off_is_not_relied_upon():
    brought(claimed(1, 0), ONE)

    assert not claimed(2, 1).has(ONE)


def test_what_was_set_aside_is_looked_at_every_time():
    first = claimed(1, 0)
    brought(first, ONE, TWO, asides=[TWO])
    first.close()

    second = claimed(2, 1)

    assert second.has(ONE)
    assert not second.has(TWO)
