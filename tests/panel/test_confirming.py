"""What cannot be undone asks first: a page says what will happen, and only a yes there is a press."""

from __future__ import annotations

import pytest

from entrepot.catalog.models import Mapping
from entrepot.channels.models import Channel

from .test_buttons import all_buttons
from .test_pages import address

# Stops everything in an emergency, and is taken back by the button that takes its place.
AT_ONCE = {("channels.channel", "pause")}


@pytest.mark.parametrize(
    ("label", "button"), [pytest.param(n, b, id=f"{n}-{b.name}") for n, b in all_buttons() if b.tone == "danger"]
)
def test_a_dangerous_button_asks_before_it_is_pressed(label, button):
    assert button.asks or (label, button.name) in AT_ONCE


def test_a_channel_is_retired_by_a_yes_to_what_will_happen(people, ours):
    retire = address("channels.channel", "press", ours.market.pk, "retire")
    page = people.aydin.get(address("channels.channel", "change", ours.market.pk)).content.decode()
    assert f'href="{retire}"' in page
    assert f'action="{retire}"' not in page

    asked = people.aydin.get(retire)
    unasked = people.aydin.post(retire)
    assert (asked.status_code, unasked.status_code) == (200, 200)
    assert "ends for good" in asked.content.decode()
    assert "ends for good" in unasked.content.decode()
    assert Channel.objects.get(pk=ours.market.pk).state == "live"

    assert people.clerk.post(retire, {"confirmed": "yes"}).status_code == 403
    assert people.borealis.post(retire, {"confirmed": "yes"}).status_code == 404
    assert people.aydin.post(retire, {"confirmed": "yes"}).status_code == 302
    assert Channel.objects.get(pk=ours.market.pk).state == "retired"


def test_what_does_not_fit_is_not_even_asked(people, ours):
    Channel.objects.filter(pk=ours.market.pk).update(state="retired")

    answer = people.aydin.get(address("channels.channel", "press", ours.market.pk, "retire"))

    assert answer.status_code == 302
    assert answer["Location"] == address("channels.channel", "change", ours.market.pk)


def test_a_list_asks_once_for_all_that_was_chosen(people, ours):
    word = Mapping.objects.get(seller=ours.seller)
    chosen = {"action": "unmap", "_selected_action": [word.pk], "index": 0, "select_across": 0}

    asked = people.aydin.post(address("catalog.mapping"), chosen)

    page = asked.content.decode()
    assert asked.status_code == 200
    assert str(word) in page
    assert "mapped again" in page
    assert Mapping.objects.filter(pk=word.pk).exists()
    people.aydin.post(address("catalog.mapping"), dict(asked.context["again"]) | {"confirmed": "yes"})
    assert not Mapping.objects.filter(pk=word.pk).exists()
