"""The forms of the panel that set and change a storefront's rule, and what they tell of its effect."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entrepot.channels import queries as channels
from entrepot.core.actor import Actor
from entrepot.core.errors import Refused
from entrepot.web.admin import Button, actor_of
from entrepot.web.admin.show import money

from . import queries, services
from .models import PriceRule
from .rules import ENDINGS


def _storefront(request: HttpRequest) -> forms.Field:
    """Storefronts without a rule: a rule that is there is changed on its own page, where its numbers are shown."""
    mine = channels.visible_storefronts(actor=actor_of(request))
    ruled = queries.ruled_storefronts(storefront_ids=[s.pk for s in mine])
    return forms.TypedChoiceField(
        choices=[(s.pk, str(s)) for s in mine if s.pk not in ruled], coerce=int, label=gettext_lazy("Storefront"),
        help_text=gettext_lazy("One that has a rule is not here: open its rule in the list and change it there."),
    )  # fmt: skip


def _rate(name: str, row: PriceRule | None, label: Any, *, low: int = 0, empty: Any = None) -> forms.Field:
    """A field for a fraction; ``empty`` says what it means to leave it out, None: it may not be."""
    initial = getattr(row, name) if row else (0 if empty is None else None)
    hint = gettext_lazy("A fraction: 0.30 is 30 %.") if empty is None else empty
    return forms.DecimalField(required=empty is None, min_value=low, initial=initial, label=label, help_text=hint)


def rule_fields(request: HttpRequest, row: PriceRule | None) -> dict[str, forms.Field]:
    """What to ask, filled with what the rule says now."""
    asked = {"storefront_id": _storefront(request)} if row is None else {}
    return asked | {
        "markup_rate": _rate("markup_rate", row, gettext_lazy("Mark-up"), low=-1),
        "fixed_fee": forms.DecimalField(
            initial=row.fixed_fee if row else 0, label=gettext_lazy("Fixed fee"),
            help_text=gettext_lazy("In the storefront's currency, tax included."),
        ),
        "minimum_margin_rate": _rate(
            "minimum_margin_rate", row, gettext_lazy("Minimum margin"), empty=gettext_lazy("Empty: no minimum margin.")
        ),
        "vat_rate": _rate(
            "vat_rate", row, gettext_lazy("VAT rate there"), empty=gettext_lazy("Empty: the product's own VAT rate.")
        ),
        "fx_margin_rate": _rate("fx_margin_rate", row, gettext_lazy("Margin on the exchange rate")),
        "ending": forms.ChoiceField(
            choices=[(e, e) for e in ENDINGS], initial=row.ending if row else "none", label=gettext_lazy("Ending")
        ),
        "confirm": forms.BooleanField(
            required=False, label=gettext_lazy("I mean a mark-up or minimum margin of 5 (500 %) or more")
        ),
    }  # fmt: skip


def add_rule(*, who: Actor, storefront_id: int, at: datetime, **changes: Any) -> services.Effect:
    """A rule of one storefront that has none, for the seller that has it; what it makes of the prices.

    Raises:
        Refused: it has one meanwhile.
    """
    front = channels.storefront_for(actor=who, storefront_id=storefront_id)
    if queries.ruled_storefronts(storefront_ids=[storefront_id]):
        raise Refused(_("%(storefront)s has a rule meanwhile: change that one.") % {"storefront": front})
    rule = services.set_rule(seller_id=front.seller_id, storefront_id=storefront_id, **changes)
    return services.effect_of_rule(rule=rule, at=at)


def change_rule(*, seller_id: int, rule: PriceRule, at: datetime, **changes: Any) -> services.Effect:
    """Other numbers for the same storefront; what they make of the prices."""
    row = services.set_rule(seller_id=seller_id, storefront_id=rule.storefront_id, **changes)
    return services.effect_of_rule(rule=row, at=at)


def effect_told(effect: services.Effect) -> str:
    """The effect in words."""
    if effect.lowest is None or effect.highest is None:
        text = _("The rule is kept. It makes no price yet.")
    else:
        low, high = money(effect.lowest, effect.currency), money(effect.highest, effect.currency)
        text = _("The rule is kept. It makes %(count)d prices, from %(low)s to %(high)s.") % {
            "count": effect.count, "low": low, "high": high}  # fmt: skip
    if effect.unknown:
        text += " " + _("%(count)d cannot be computed.") % {"count": effect.unknown}
    if effect.is_part:
        text += " " + _("There are more: only the first were counted here.")
    if not effect.is_open:
        text += " " + _("The storefront is closed; they count once it is opened.")
    return text


BUTTONS = [
    Button(
        name="add", label=gettext_lazy("Set a rule"), call=add_rule, on="list", ask=rule_fields, tone="main",
        shows=effect_told,
    ),
    Button(
        name="change", label=gettext_lazy("Change the rule"), call=change_rule, subject="rule", ask=rule_fields,
        shows=effect_told,
    ),
]  # fmt: skip
