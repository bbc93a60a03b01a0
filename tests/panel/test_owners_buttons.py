"""Buttons of who answers for a channel, for people, for buyers' data, and for what was parked."""

from __future__ import annotations

from entrepot.accounts.models import User
from entrepot.channels.models import Intent
from entrepot.events.models import Outbox, ParkedEvent
from entrepot.jobs.models import Run

from .test_buttons import buttons_of, press, told
from .test_pages import address


def test_orders_are_approved_by_rule_when_an_owner_says_so(people, ours, theirs):
    market = ours.market
    assert press(people.borealis, "channels.channel", market, "approve-by-rule").status_code == 404
    assert press(people.clerk, "channels.channel", market, "approve-by-rule").status_code == 403
    assert press(people.aydin, "channels.channel", market, "approve-by-rule").status_code == 302

    market.refresh_from_db()
    assert market.is_auto_approving
    assert "approve-by-hand" in buttons_of(people.aydin, "channels.channel", market)
    assert "approve-by-rule" not in buttons_of(people.aydin, "channels.channel", ours.store)  # orders come from markets

    press(people.aydin, "channels.channel", market, "approve-by-hand")
    market.refresh_from_db()
    assert not market.is_auto_approving


def test_a_storefront_is_closed_and_opened_by_its_page(people, ours):
    answer = press(people.aydin, "channels.storefront", ours.front, "close")

    ours.front.refresh_from_db()
    assert not ours.front.is_open
    assert "listings are being closed" in told(people.aydin, answer)[0]
    assert buttons_of(people.aydin, "channels.storefront", ours.front) == ["open"]
    assert press(people.clerk, "channels.storefront", ours.front, "open").status_code == 403


def test_what_a_channel_shows_of_its_webhooks_is_pressed_on_their_page(people, ours):
    page = people.aydin.get(address("channels.channel", "change", ours.market.pk)).content.decode()
    answer = press(people.aydin, "channels.subscription", ours.hook, "deactivate")

    run = Run.objects.get(kind="channel_webhook_switch")
    assert "1116" in page
    assert "not wanted" in page  # webhooks of this channel were never turned on
    assert answer["Location"] == address("jobs.run", "change", run.pk)
    assert press(people.borealis, "channels.subscription", ours.hook, "delete").status_code == 404


def test_pieces_of_a_package_are_given_up_line_by_line(people, ours):
    package = ours.packages[0]
    line = package.lines.get()
    type(line).objects.filter(pk=line.pk).update(quantity=3)
    form = people.aydin.get(address("fulfilment.package", "press", package.pk, "unsupply")).content.decode()

    none = press(
        people.aydin, "fulfilment.package", package, "unsupply", **{"reason": "defective", f"line_{line.line_id}": 0}
    )
    press(people.aydin, "fulfilment.package", package, "unsupply", **{"reason": "defective", f"line_{line.line_id}": 1})

    assert "out of stock" in form
    assert "pieces of 3" in form
    assert none.status_code == 422
    intent = Intent.objects.get(kind="package_move", step="unsupply", subject_id=package.pk)
    assert (intent.payload["lines"], intent.payload["reason"]) == ([[line.line_id, 1]], "defective")


def test_people_are_shut_out_let_in_and_given_passwords_and_roles_by_owners(people, ours):
    kemal = User.objects.get(username="kemal")
    assert buttons_of(people.clerk, "accounts.user", kemal) == []
    assert set(buttons_of(people.aydin, "accounts.user", kemal)) == {"password", "unlock", "role", "deactivate"}

    press(people.aydin, "accounts.user", kemal, "deactivate")
    assert people.clerk.get("/panel/").status_code == 302
    press(people.aydin, "accounts.user", kemal, "reactivate")
    press(people.aydin, "accounts.user", kemal, "role", role="manager")
    weak = press(people.aydin, "accounts.user", kemal, "password", password="123")

    kemal.refresh_from_db()
    assert (kemal.is_active, kemal.role, weak.status_code) == (True, "manager", 422)
    ayse = User.objects.get(username="ayse")
    last = press(people.aydin, "accounts.user", ayse, "deactivate")
    assert "last active owner" in (last.content.decode() or told(people.aydin, last)[-1])
    assert press(people.borealis, "accounts.user", kemal, "deactivate").status_code == 404


def test_a_parked_event_is_dropped_with_its_reason(people, ours):
    assert press(people.operator, "events.parkedevent", ours.parked, "drop").status_code == 422
    assert press(people.operator, "events.parkedevent", ours.parked, "drop", reason="mended by hand").status_code == 302

    assert not ParkedEvent.objects.filter(pk=ours.parked.pk).exists()
    assert Outbox.objects.get(type="parked_event.dropped").payload["by"] == "olga"
