"""Rules over HTTP: a wild rate is refused by name until it is confirmed."""

from __future__ import annotations

import json

import pytest

from entrepot.accounts.services import create_api_key
from entrepot.channels.models import Storefront
from entrepot.pricing.models import PriceRule

from ..goods_rows import market


@pytest.fixture
def put(aydin, client, settings, tmp_path):
    """Set the rule of aydin's storefront; the status and the answer."""
    settings.STATIC_ROOT = tmp_path  # WhiteNoise warns where it is not there
    front = Storefront.objects.system().get(channel=market(aydin))
    _, key = create_api_key(name="ERP", seller_id=aydin.id, role="manager", scopes=())

    def send(**body):
        answer = client.put(
            f"/api/v1/price-rules/{front.id}", json.dumps(body), content_type="application/json",
            headers={"Authorization": f"Bearer {key}"},
        )  # fmt: skip
        return answer.status_code, answer.content.decode()

    return send


def test_a_wild_rate_is_refused_until_it_is_confirmed(put):
    status, text = put(markup_rate="30")
    assert (status, PriceRule.objects.system().count()) == (422, 0)
    assert "30 means 3000 %; 0.3 is 30 %; confirm if you mean it" in text

    assert put(markup_rate="30", confirm=False)[0] == 422
    assert put(markup_rate="0.30")[0] == 200
    assert put(markup_rate="30", confirm=True)[0] == 200
    assert PriceRule.objects.system().get().markup_rate == 30


def test_a_storefront_in_dinars_has_no_rule_and_the_answer_says_which_currencies_may(put):
    Storefront.objects.system().update(currency="KWD")

    status, text = put(markup_rate="0.30")

    assert (status, PriceRule.objects.system().count()) == (422, 0)
    assert "two decimals or none, such as EUR" in text
