"""Buttons that ask first: what is typed reaches the service under its own names, secrets do not come back."""

from __future__ import annotations

from decimal import Decimal

from django.forms import PasswordInput

from entrepot.accounts.models import ApiKey, User
from entrepot.accounts.services import authenticate_key
from entrepot.inventory.models import Buffer
from entrepot.pricing.models import PriceRule

from .test_buttons import press, press_list, told
from .test_pages import address


def test_a_channel_is_connected_with_what_its_connector_asks_for(people, ours):
    asked = people.aydin.get(address("channels.channel", "list_press", "connect-trendyol"))
    assert asked.status_code == 200
    fields = {n: f for n, f in asked.context["form"].fields.items() if n.startswith("secret__")}
    secrets = {n: f"hush-{n}" for n in fields}
    hidden = [f"hush-{n}" for n, f in fields.items() if isinstance(f.widget, PasswordInput)]

    refused = press_list(
        people.aydin, "channels.channel", "connect-trendyol", name="", base_url="https://x.example", **secrets
    )
    assert refused.status_code == 422
    assert hidden
    assert not [h for h in hidden if h in refused.content.decode()]  # what was typed is not sent back
    done = press_list(
        people.aydin,
        "channels.channel",
        "connect-trendyol",
        name="Second",
        base_url="https://x.example",
        account_ref="9",
        **secrets,
    )

    assert done.status_code == 302
    made = type(ours.market).objects.get(name="Second")
    assert (made.seller_id, made.state, b"hush" in bytes(made.secrets)) == (ours.seller.id, "draft", False)


def test_a_key_is_shown_once(people, ours):
    answer = press_list(people.aydin, "accounts.apikey", "add", name="ERP", role="manager", scopes="orders:read")

    text = told(people.aydin, answer)[0].split()[-1]
    assert authenticate_key(text).seller_ids == frozenset({ours.seller.id})
    key = ApiKey.objects.get(name="ERP")
    assert text.split("_")[2] not in people.aydin.get(address("accounts.apikey", "change", key.pk)).content.decode()
    press(people.aydin, "accounts.apikey", key, "revoke")
    assert authenticate_key(text) is None


def test_an_owner_adds_people_of_the_own_seller_and_no_operator(people, ours):
    operator = press_list(
        people.aydin, "accounts.user", "add", username="x", role="operator", password="Gizli-Söz-77", email=""
    )
    assert operator.status_code == 422
    press_list(people.aydin, "accounts.user", "add", username="mehmet", role="clerk", password="Gizli-Söz-77", email="")

    assert User.objects.get(username="mehmet").seller_id == ours.seller.id
    assert not User.objects.filter(username="x").exists()


def test_a_seller_cannot_be_chosen_by_another(people, ours, theirs):
    answer = press_list(
        people.aydin,
        "inventory.buffer",
        "add",
        seller_id=theirs.seller.id,
        storefront_id="",
        channel_id="",
        sku="",
        pieces=3,
        fraction=0,
        pace=0,
    )

    assert answer.status_code == 302
    assert Buffer.objects.get(variant__isnull=True).seller_id == ours.seller.id


def test_a_rule_is_changed_and_a_foreign_storefront_is_no_choice(people, ours, theirs):
    rule = PriceRule.objects.get(seller=ours.seller)
    answers = {
        "markup_rate": "0.5",
        "fixed_fee": "1",
        "minimum_margin_rate": "",
        "vat_rate": "",
        "fx_margin_rate": "0",
        "ending": "0.90",
    }

    press(people.aydin, "pricing.pricerule", rule, "change", **answers)
    foreign = press_list(people.aydin, "pricing.pricerule", "add", storefront_id=theirs.front.pk, **answers)

    rule.refresh_from_db()
    assert (rule.markup_rate, rule.ending, rule.minimum_margin_rate) == (Decimal("0.5"), "0.90", None)
    assert foreign.status_code == 422
    assert PriceRule.objects.get(seller=theirs.seller).ending == "0.99"
