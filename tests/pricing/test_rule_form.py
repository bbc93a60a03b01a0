"""The panel's forms of rules: filled with what is there, asking before a wild rate, telling the effect."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from entrepot.accounts.services import create_user
from entrepot.channels.models import Storefront
from entrepot.pricing.models import PriceRule
from entrepot.pricing.rule_form import effect_told
from entrepot.pricing.services import Effect

from ..panel.rows import World


@pytest.fixture
def ours(aydin, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MIDDLEWARE = [m for m in settings.MIDDLEWARE if "whitenoise" not in m]
    settings.STORAGES = {
        **settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }  # fmt: skip
    return World(aydin).add(1)


@pytest.fixture
def panel(ours):
    user = create_user(username="ayse", password="Züccaciye-2026!", role="owner", seller_id=ours.seller.id)
    client = Client()
    client.force_login(user)
    return client


def address_of(rule):
    return reverse("admin:pricing_pricerule_press", args=[rule.pk, "change"])


ADD = "admin:pricing_pricerule_list_press"


def filled(answer):
    """What a browser would post if the person touches nothing."""
    form = answer.context["form"]
    given = {name: form.get_initial_for_field(f, name) for name, f in form.fields.items()}
    return {name: str(value) for name, value in given.items() if value is not None and value is not False}


def told(client, answer):
    return [str(m) for m in client.get(answer.url).context["messages"]]


def test_a_change_that_touches_one_number_keeps_the_others(panel, ours):
    rule = PriceRule.objects.get(seller=ours.seller)
    PriceRule.objects.filter(id=rule.id).update(
        markup_rate="0.3", fixed_fee="4.50", minimum_margin_rate="0.1", vat_rate="0.19", fx_margin_rate="0.02",
        ending="0.95",
    )  # fmt: skip

    asked = panel.get(address_of(rule))
    answer = panel.post(address_of(rule), filled(asked) | {"ending": "0.99"})

    rule.refresh_from_db()
    assert answer.status_code == 302
    assert (rule.markup_rate, rule.fixed_fee, rule.minimum_margin_rate, rule.vat_rate, rule.fx_margin_rate) == (
        Decimal("0.3"), Decimal("4.50"), Decimal("0.1"), Decimal("0.19"), Decimal("0.02")
    )  # fmt: skip
    assert rule.ending == "0.99"
    assert "Empty: the product&#x27;s own VAT rate." in asked.content.decode()


def test_a_storefront_that_has_a_rule_is_no_choice_for_another(panel, ours):
    rule = PriceRule.objects.get(seller=ours.seller)
    bare = Storefront.objects.create(
        seller=ours.seller, channel=ours.market, code="AT", country="AT", currency="EUR", language="de"
    )
    was = PriceRule.objects.filter(id=rule.id).values().get()

    asked = panel.get(reverse(ADD, args=["add"]))
    again = panel.post(reverse(ADD, args=["add"]), filled(asked) | {"storefront_id": rule.storefront_id})
    done = panel.post(reverse(ADD, args=["add"]), filled(asked) | {"storefront_id": bare.pk, "vat_rate": "0.20"})

    assert [key for key, _ in asked.context["form"].fields["storefront_id"].choices] == [bare.pk]
    assert (again.status_code, PriceRule.objects.filter(id=rule.id).values().get()) == (422, was)
    assert (done.status_code, PriceRule.objects.get(storefront=bare).vat_rate) == (302, Decimal("0.20"))


def test_a_wild_rate_asks_and_goes_on_when_it_is_meant(panel, ours):
    rule = PriceRule.objects.get(seller=ours.seller)
    answers = filled(panel.get(address_of(rule))) | {"markup_rate": "30"}

    asked = panel.post(address_of(rule), answers)
    assert (asked.status_code, list(asked.context["form"].errors)) == (422, ["markup_rate"])
    assert "30 means 3000 %; 0.3 is 30 %; confirm if you mean it" in asked.content.decode()

    done = panel.post(address_of(rule), answers | {"confirm": "on"})

    rule.refresh_from_db()
    assert (done.status_code, rule.markup_rate) == (302, 30)


def test_a_rule_tells_how_many_prices_it_makes_and_from_where_to_where(panel, ours):
    rule = PriceRule.objects.get(seller=ours.seller)
    Storefront.objects.filter(id=rule.storefront_id).update(currency="TRY")
    ours.add(1)
    answers = filled(panel.get(address_of(rule))) | {
        "markup_rate": "0.5", "fixed_fee": "0", "minimum_margin_rate": "", "vat_rate": "", "ending": "none"
    }  # fmt: skip

    answer = panel.post(address_of(rule), answers)

    # 120 TRY with 20 % tax, plus 50 %.
    assert told(panel, answer) == ["The rule is kept. It makes 2 prices, from 180.00 TRY to 180.00 TRY."]


def test_an_effect_says_what_is_unknown_left_out_or_not_on_sale_yet():
    none = Effect(count=0, unknown=2, lowest=None, highest=None, currency="EUR", is_open=False, is_part=True)

    assert effect_told(none) == (
        "The rule is kept. It makes no price yet. 2 cannot be computed. There are more: only the first were counted "
        "here. The storefront is closed; they count once it is opened."
    )
