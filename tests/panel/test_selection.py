"""A bulk action whose rows were tampered with asks to choose rows; it is never a fault of ours."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages

from .test_pages import address


def press(client, label, **posted):
    answer = client.post(address(label, "changelist"), posted)
    return answer.status_code, [str(message) for message in get_messages(answer.wsgi_request)]


@pytest.mark.parametrize("label", ["catalog.product", "orders.order"])
@pytest.mark.parametrize("key", ["x", "-1", "", "1,2", "1\x00", "²", "9" * 30, "0"])
def test_rows_that_are_no_rows_are_told_to_be_chosen(people, ours, label, key):
    before = [row.state for row in (*ours.products, *ours.orders)]

    status, said = press(people.aydin, label, action="approve", _selected_action=key)

    for row in (*ours.products, *ours.orders):
        row.refresh_from_db()
    assert (status, said) == (302, ["No such row: choose rows of this list."])
    assert [row.state for row in (*ours.products, *ours.orders)] == before


def test_another_sellers_row_is_no_row(people, ours, theirs):
    row = theirs.products[0]

    assert press(people.aydin, "catalog.product", action="approve", _selected_action=row.pk)[1] == [
        "No such row: choose rows of this list."
    ]
    assert press(people.borealis, "catalog.product", action="approve", _selected_action=row.pk)[1] == [
        "Approve: 1 row."
    ]


@pytest.mark.parametrize(
    "tampered", [{"action_index": "x"}, {"action": "nope"}, {"index": "9"}, {"form-TOTAL_FORMS": "x", "_save": "1"}]
)
def test_no_other_part_of_the_form_is_a_fault_of_ours_either(people, ours, tampered):
    given = {"action": "approve", "_selected_action": "x", **tampered}

    assert press(people.aydin, "catalog.product", **given)[0] in (302, 404)
