"""Settings beside the connector's own: each has a name that is known, and a value that it may have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from entrepot.channels.options import OPTIONS, check_option
from entrepot.channels.services import change_settings
from entrepot.core.errors import Invalid

from ..goods_rows import store

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hub.order_currency", "Keep"),
        ("hub.every.orders", "soon"),
        ("hub.every.orders", 0),
        ("hub.every.orders", True),
        ("hub.sweep.products", 2.5),
        ("hub.tax_classes", {"ten percent": "reduced-rate"}),
        ("hub.tax_classes", ["reduced-rate"]),
        ("hub.webhook_topics_off", "order.created"),
        ("store.currency", "euro"),
        ("store.prices_include_tax", "yes"),
        ("store.tax_rates", [["TR", "standard"]]),
    ],
)
def test_a_value_that_may_not_stand_says_what_may(name, value):
    with pytest.raises(Invalid) as refused:
        check_option(name, value, record="channel Dükkân")

    option = next(o for o in OPTIONS if o.name == name)
    assert (refused.value.record, refused.value.field) == ("channel Dükkân", name)
    assert option.allowed in refused.value.why


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hub.order_currency", "convert"),
        ("hub.every.orders", 0.5),
        ("hub.sweep.products", 0),
        ("hub.tax_classes", {"0.10": "reduced-rate", "0": "zero-rate"}),
        ("store.currency", "TRY"),
        ("store.currency", None),
        ("store.prices_include_tax", False),
        ("store.tax_rates", [["TR", "standard", "0.20"]]),
        ("store.time_zone", "Europe/Istanbul"),
    ],
)
def test_a_value_that_may_stand_passes(name, value):
    check_option(name, value, record="channel Dükkân")


@pytest.mark.django_db
def test_a_misspelled_setting_is_refused_and_nothing_of_the_change_is_kept(aydin):
    shop = store(aydin)
    before = dict(shop.settings)

    with pytest.raises(Invalid, match=r"hub\.order_curency is not a setting; known: hub\.batch"):
        change_settings(
            seller_id=aydin.id, channel_id=shop.id, settings={"hub.every.orders": 9, "hub.order_curency": "keep"}
        )

    shop.refresh_from_db()
    assert shop.settings == before


def test_every_setting_is_described():
    told = set(re.findall(r"`((?:hub|store)\.[a-z_.<>]+)`", DOCS.read_text()))

    assert {re.sub(r"^hub\.every\..*", "hub.every.<feed>", o.name) for o in OPTIONS} == told
