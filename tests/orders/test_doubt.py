"""An order that the store gives no clear answer about waits for a person, who has looked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot.channels.models import Intent
from entrepot.core.errors import Refused
from entrepot.orders import services as orders

from .conftest import AT, begin, claimed, package, sellable

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(minutes=30)


@pytest.fixture
def asked(desk):
    """O1 was sent without an answer, and the store was asked for it three times."""
    sellable(desk, by_rule=True)
    desk.tell(package())
    intent = claimed(desk)
    assert begin(desk, intent).sales
    Intent.objects.system().update(state="unknown", attempts=3, leased_until=None, result={"looks": 2})
    return {"seller_id": desk.seller_id, "order_id": desk.order().id, "at": LATER}


def test_what_a_person_has_looked_for_is_sent_again(desk, asked):
    assert orders.is_in_doubt(desk.order())

    orders.send_anyway(**asked)

    intent = Intent.objects.system().get()
    assert (intent.state, intent.attempts, intent.result) == ("planned", 0, {})
    assert not orders.is_in_doubt(desk.order())


@pytest.mark.parametrize(
    ("intent", "why"),
    [
        ({"attempts": 2}, "gives no answer about"),  # it is still being asked
        ({"state": "confirmed"}, "gives no answer about"),
        ({"leased_until": LATER + timedelta(seconds=1)}, "at this moment"),
    ],
)
def test_what_is_not_in_doubt_or_being_asked_for_is_not_sent(desk, asked, intent, why):
    Intent.objects.system().update(**intent)

    with pytest.raises(Refused, match=why):
        orders.send_anyway(**asked)
