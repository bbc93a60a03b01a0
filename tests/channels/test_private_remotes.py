"""A seller's address does not lead the hub into its own network."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from entrepot.channels.models import BreakerState, Channel
from entrepot.channels.services import add_channel
from entrepot.channels.services.client import client_for, close_http
from entrepot.config import environment
from entrepot.core.errors import Invalid, RemoteRefused
from entrepot.kit.requests import Request

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRETS = {"consumer_key": "ck_1", "consumer_secret": "cs_1"}


def add(seller, url):
    return add_channel(
        seller_id=seller.id, slug="woocommerce", name="Dükkân", base_url=url, secrets=SECRETS, at=AT,
    )  # fmt: skip


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:5432", "http://169.254.169.254/latest", "http://2130706433", "http://[::ffff:10.0.0.1]",
        "http://localhost", "ftp://shop.example", "https://ali:veli@shop.example",
    ],
)  # fmt: skip
def test_an_address_inside_is_refused_with_record_and_field(aydin, settings, url):
    settings.ENTREPOT_PRIVATE_REMOTES = False

    with pytest.raises(Invalid) as refused:
        add(aydin, url)

    assert (refused.value.record, refused.value.field) == ("channel Dükkân", "base_url")
    assert "veli" not in str(refused.value)
    assert not Channel.objects.for_seller(aydin.id).exists()


def test_an_address_of_the_web_is_taken_and_one_inside_where_it_is_allowed(aydin, settings):
    settings.ENTREPOT_PRIVATE_REMOTES = False
    assert add(aydin, "https://shop.example/").base_url == "https://shop.example"
    settings.ENTREPOT_PRIVATE_REMOTES = True
    Channel.objects.for_seller(aydin.id).delete()
    assert add(aydin, "http://127.0.0.1:8090/woocommerce").base_url == "http://127.0.0.1:8090/woocommerce"


@pytest.mark.django_db(transaction=True)
def test_a_channel_from_before_is_refused_when_it_is_called(aydin, settings):
    settings.ENTREPOT_PRIVATE_REMOTES = True
    channel = add(aydin, "http://127.0.0.1:9")
    settings.ENTREPOT_PRIVATE_REMOTES = False

    with pytest.raises(RemoteRefused, match=r"base_url http://127\.0\.0\.1:9 leads to 127\.0\.0\.1, this"):
        client_for(channel).send(Request("GET", "/wp-json/", endpoint="index"))
    close_http()

    assert not BreakerState.objects.exists()  # the remote has not failed: it was not called


@pytest.mark.parametrize(
    ("public_url", "variable", "is_allowed"),
    [
        ("http://127.0.0.1:8000", "", True), ("http://localhost:8000", "", True), ("https://hub.example", "", False),
        ("http://10.0.0.7:8000", "", False), ("https://hub.example", "1", True), ("http://127.0.0.1:8000", "0", False),
    ],
)  # fmt: skip
def test_private_remotes_are_allowed_where_only_this_machine_reaches_the_hub(
    monkeypatch, public_url, variable, is_allowed
):
    monkeypatch.setenv("ENTREPOT_PRIVATE_REMOTES", variable)

    assert environment.private_remotes(public_url) is is_allowed
