"""Buttons: the state table decides which there are, one service answers each, clerks have none."""

from __future__ import annotations

import inspect

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from entrepot.events.models import Outbox
from entrepot.jobs.models import Run

from .test_pages import address, own_row


def buttons_of(client, label, row):
    return [b["button"].name for b in client.get(address(label, "change", row.pk)).context["row_buttons"]]


def press(client, label, row, name, /, **answers):
    """A press, and the yes of those who were asked."""
    return client.post(address(label, "press", row.pk, name), {"confirmed": "yes", **answers})


def press_list(client, label, name, /, **answers):
    return client.post(address(label, "list_press", name), answers)


def all_buttons():
    return [(p.opts.label_lower, b) for p in admin.site._registry.values() for b in p.all_buttons()]


@pytest.mark.parametrize(
    ("label", "button"), [pytest.param(label, b, id=f"{label}-{b.name}") for label, b in all_buttons()]
)
def test_the_service_of_every_button_takes_what_the_button_gives(label, button):
    """A service that loses or renames an argument is found here, without a press."""
    takes = inspect.signature(button.call)
    page = next(p for p in admin.site._registry.values() if p.opts.label_lower == label)
    given = {name: None for name in ("seller_id", "at", "asked_by", "who") if name in takes.parameters}
    asked = [] if callable(button.ask) else [n for n in button.ask if n != "seller_id"]

    if button.subject:
        given[button.subject] = None
    partial = takes.bind_partial(**given, **button.fixed, **dict.fromkeys(asked))

    wanted = {n for n, p in takes.parameters.items() if p.default is p.empty and p.kind is p.KEYWORD_ONLY}
    assert callable(button.ask) or wanted <= set(partial.arguments)
    assert not button.event or button.event in {m.event for m in page.machine.moves}


def test_an_order_shows_what_its_state_allows(people, ours):
    order = ours.orders[0]
    assert {"approve", "hold", "cancel", "ship-to", "bill-to", "lines", "note"} == set(
        buttons_of(people.aydin, "orders.order", order)
    )

    type(order).objects.filter(id=order.id).update(state="processed")
    assert buttons_of(people.aydin, "orders.order", order) == ["note", "erase-buyer"]

    type(order).objects.filter(id=order.id).update(state="failed")
    assert {"retry", "cancel"} <= set(buttons_of(people.aydin, "orders.order", order))


def test_a_held_order_has_no_approve_and_refuses_it(people, ours):
    order = ours.orders[0]
    type(order).objects.filter(id=order.id).update(hold_reason="payment is not confirmed yet")

    assert "approve" not in buttons_of(people.aydin, "orders.order", order)
    answer = press(people.aydin, "orders.order", order, "approve")

    order.refresh_from_db()
    assert order.state == "new"
    assert "not possible" in told(people.aydin, answer)[0]


def test_an_order_is_approved_held_and_cancelled_with_its_reason(people, ours):
    first, second = ours.orders

    assert press(people.aydin, "orders.order", first, "approve").status_code == 302
    assert press(people.aydin, "orders.order", second, "hold").status_code == 302
    asked = press(people.aydin, "orders.order", second, "cancel")
    assert asked.status_code == 422
    assert press(people.aydin, "orders.order", second, "cancel", reason="buyer wrote").status_code == 302

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("queued", "cancelled")
    page = people.aydin.get(address("orders.order", "change", second.pk)).content.decode()
    assert "buyer wrote" in page
    assert {"Approve", "Hold", "Cancel"} == set(LogEntry.objects.values_list("change_message", flat=True))


def test_orders_are_approved_in_the_list_and_those_that_refuse_are_named(people, ours):
    good, held = ours.orders
    type(held).objects.filter(id=held.id).update(hold_reason="masked address")

    answer = people.aydin.post(
        address("orders.order"), {"action": "approve", "_selected_action": [good.pk, held.pk], "index": 0}
    )

    messages = told(people.aydin, answer)
    assert any("1 row" in m for m in messages)
    assert any(held.order_ref in m for m in messages)
    good.refresh_from_db()
    held.refresh_from_db()
    assert (good.state, held.state) == ("queued", "new")


def test_products_are_approved_in_sets_and_rejected_with_one_reason(people, ours):
    first, second = ours.products

    people.aydin.post(address("catalog.product"), {"action": "approve", "_selected_action": [first.pk], "index": 0})
    without = people.aydin.post(
        address("catalog.product"), {"action": "reject", "_selected_action": [second.pk], "index": 0}
    )
    second.refresh_from_db()
    assert second.state == "new"
    assert "Reason" in told(people.aydin, without)[-1]
    people.aydin.post(
        address("catalog.product"),
        {"action": "reject", "_selected_action": [second.pk], "index": 0, "reason": "no pictures"},
    )

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("approved", "rejected")


def test_a_bulk_press_leaves_another_sellers_rows_alone(people, ours, theirs):
    people.aydin.post(
        address("catalog.product"),
        {"action": "approve", "_selected_action": [ours.products[0].pk, theirs.products[0].pk], "index": 0},
    )

    ours.products[0].refresh_from_db()
    theirs.products[0].refresh_from_db()
    assert (ours.products[0].state, theirs.products[0].state) == ("approved", "new")


def test_an_operator_approves_products_of_two_sellers_at_once(people, ours, theirs):
    chosen = [ours.products[0].pk, theirs.products[0].pk]

    people.operator.post(address("catalog.product"), {"action": "approve", "_selected_action": chosen, "index": 0})

    ours.products[0].refresh_from_db()
    theirs.products[0].refresh_from_db()
    assert (ours.products[0].state, theirs.products[0].state) == ("approved", "approved")


def test_an_address_is_edited_line_by_line(people, ours):
    order = ours.orders[0]
    form = people.aydin.get(address("orders.order", "press", order.pk, "ship-to")).context["form"]
    values = {name: field.initial or "" for name, field in form.fields.items()}

    press(
        people.aydin,
        "orders.order",
        order,
        "ship-to",
        **{**values, "lines": "Neue Straße 2\r\nHinterhaus", "country": "de"},
    )

    party = order.parties.get(role="ship_to")
    assert (party.lines, party.country, party.name) == (["Neue Straße 2", "Hinterhaus"], "DE", "Jürgen Weiß")
    order.refresh_from_db()
    assert order.state == "edited"


def test_a_line_is_given_a_sku_and_an_unknown_one_is_named(people, ours):
    order, line = ours.orders[0], ours.orders[0].lines.get()
    other = ours.variants[1]

    refused = press(people.aydin, "orders.order", order, "lines", **{f"line_{line.pk}": "NOPE"})
    assert refused.status_code == 422
    assert "NOPE" in refused.content.decode()
    press(people.aydin, "orders.order", order, "lines", **{f"line_{line.pk}": other.sku})

    line.refresh_from_db()
    assert line.variant_id == other.id


def test_a_package_is_picked_invoiced_and_labelled(people, ours):
    package = ours.packages[0]
    assert set(buttons_of(people.aydin, "fulfilment.package", package)) >= {"pick", "invoice", "unsupply", "label"}

    press(people.aydin, "fulfilment.package", package, "pick")
    package.refresh_from_db()
    assert package.wants == "picking"
    press(people.aydin, "fulfilment.package", package, "invoice", invoice_number="R-2026-1")
    press(people.aydin, "fulfilment.package", package, "label")

    package.refresh_from_db()
    assert package.invoice_number == "R-2026-1"
    printed = people.aydin.get(reverse("admin:documents_document_file", args=[package.label_id]))
    assert printed.content[:5] == b"%PDF-"
    assert printed["Content-Type"] == "application/pdf"


def test_a_document_of_another_seller_is_not_served(people, ours, theirs):
    assert people.aydin.get(reverse("admin:documents_document_file", args=[ours.document.pk])).content == b"%PDF"
    assert people.borealis.get(reverse("admin:documents_document_file", args=[ours.document.pk])).status_code == 404


def test_a_channel_is_paused_zeroed_and_its_first_push_approved(people, ours):
    market = ours.market
    for name in ("pause", "zero", "approve-first-push"):
        assert press(people.aydin, "channels.channel", market, name).status_code == 302

    market.refresh_from_db()
    assert (market.is_push_paused, market.is_zeroed) == (True, True)
    assert market.first_push_approved_at is not None
    assert {"resume", "unzero"} <= set(buttons_of(people.aydin, "channels.channel", market))
    assert not {"pause", "zero", "approve-first-push"} & set(buttons_of(people.aydin, "channels.channel", market))
    assert {"channel.paused", "channel.push_approved"} <= set(Outbox.objects.values_list("type", flat=True))


def test_a_check_becomes_a_run_that_a_person_watches(people, ours):
    answer = press(people.aydin, "channels.channel", ours.market, "check")

    run = Run.objects.get(kind="channel_check")
    assert answer["Location"] == address("jobs.run", "change", run.pk)
    assert (run.seller_id, run.asked_by, run.state) == (ours.seller.id, "ayse", "queued")
    page = people.aydin.get(answer["Location"]).content.decode()
    assert f"/jobs/run/{run.pk}/progress/" in page
    assert people.aydin.get(reverse("admin:jobs_run_progress", args=[run.pk])).status_code == 200
    assert people.borealis.get(reverse("admin:jobs_run_progress", args=[run.pk])).status_code == 404


def test_a_finished_run_asks_for_no_more(people, ours):
    Run.objects.filter(pk=ours.run.pk).update(state="done", outcome="ok")

    assert (
        "hx-get"
        not in people.aydin.get(address("jobs.run", "change", ours.run.pk))
        .content.decode()
        .split('id="run-progress"')[1][:300]
    )


def test_a_record_set_aside_is_ignored_and_stays_ignored(people, ours):
    press(people.aydin, "ingress.setaside", ours.aside, "ignore")

    ours.aside.refresh_from_db()
    assert ours.aside.state == "ignored"
    assert buttons_of(people.aydin, "ingress.setaside", ours.aside) == []


def test_a_parked_event_that_nobody_handles_says_so(people, ours):
    answer = press(people.operator, "events.parkedevent", ours.parked, "replay")

    assert "wired no more" in told(people.operator, answer)[0]


@pytest.mark.parametrize(
    ("label", "name"),
    [("orders.order", "approve"), ("orders.order", "cancel"), ("catalog.product", "approve"), ("channels.channel", "pause"),
     ("fulfilment.package", "pick"), ("ingress.setaside", "ignore"), ("accounts.apikey", "revoke")],
)  # fmt: skip
def test_a_clerk_sees_no_buttons_and_is_refused(people, ours, label, name):
    row = own_row(label, ours)
    before = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    opened, listed = people.clerk.get(address(label, "change", row.pk)), people.clerk.get(address(label))

    assert (opened.context["row_buttons"], listed.context["list_buttons"]) == ([], [])
    assert 'data-press="' not in opened.content.decode() + listed.content.decode()
    assert listed.context.get("action_form") is None
    assert press(people.clerk, label, row, name, reason="x").status_code == 403
    assert (
        people.clerk.post(address(label), {"action": name, "_selected_action": [row.pk], "index": 0}).status_code == 403
    )
    row.refresh_from_db()
    assert {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields} == before


def test_managers_do_not_manage_keys_and_people(log_in, ours):
    manager = log_in("mine", "manager", ours.seller)

    assert manager.get(address("accounts.apikey")).context["list_buttons"] == []
    assert press_list(manager, "accounts.apikey", "add", name="x", role="clerk").status_code == 403
    assert press(manager, "orders.order", ours.orders[0], "approve").status_code == 302


def test_another_sellers_button_does_not_exist(people, ours, theirs):
    assert press(people.borealis, "orders.order", ours.orders[0], "approve").status_code == 404
    assert people.borealis.get(address("orders.order", "press", ours.orders[0].pk, "cancel")).status_code == 404


def test_a_button_needs_a_post_and_a_token(people, ours, settings):
    assert people.aydin.get(address("orders.order", "press", ours.orders[0].pk, "approve")).status_code == 405
    strict = type(people.aydin)(enforce_csrf_checks=True)
    strict.cookies = people.aydin.cookies
    assert strict.post(address("orders.order", "press", ours.orders[0].pk, "approve")).status_code == 403


def test_a_row_cannot_be_saved_added_or_deleted_past_the_buttons(people, ours):
    order = ours.orders[0]

    assert people.operator.post(address("orders.order", "change", order.pk), {"state": "processed"}).status_code == 403
    assert people.operator.get(address("orders.order", "add")).status_code == 404
    assert people.operator.post(address("orders.order", "delete", order.pk), {"post": "yes"}).status_code == 403


def told(client, answer):
    """The messages on the page that a press leads to."""
    return [str(m) for m in client.get(answer["Location"]).context["messages"]]
