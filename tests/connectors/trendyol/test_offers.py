from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from entrepot.connectors.trendyol import SPEC
from entrepot.core.errors import MappingError, RemoteRefused
from entrepot.kit.batch import submit, unsayable
from entrepot.kit.records import Offer
from entrepot.kit.requests import Account, Reply, Request, dumps

PUSH = SPEC.can["push_offers"]
WORDS = "15 dakika boyunca aynı isteği tekrarlı olarak atamazsınız!"


def offer(ref: str = "KZY-TS-001-S", **fields: Any) -> Offer:
    return Offer(listing_ref=ref, storefront="TR", **fields)


def priced(sale: str, full: str | None, **fields: Any) -> Offer:
    prices = {"sale_price": Decimal(sale), "list_price": None if full is None else Decimal(full)}
    return offer(**{"currency": "TRY", **prices, **fields})


def item(account: Account, one: Offer) -> dict[str, Any]:
    return dict(PUSH.build(account, [one]).body["items"][0])


def test_the_request_is_the_documented_one(account):
    offers = [priced("289.90", "349.90", quantity=38), offer("KZY-TS-001-M", quantity=0)]

    request = PUSH.build(account, offers)

    assert (request.method, request.path) == ("POST", "/inventory/sellers/9001/products/price-and-inventory")
    assert not request.is_safe
    assert dumps(request.body).decode() == (
        '{"items":[{"barcode":"KZY-TS-001-S","quantity":38,"salePrice":289.9,"listPrice":349.9},'
        '{"barcode":"KZY-TS-001-M","quantity":0}]}'
    )


def test_a_lane_that_does_not_travel_is_left_out(account):
    assert item(account, offer(quantity=5)) == {"barcode": "KZY-TS-001-S", "quantity": 5}
    assert item(account, priced("10", "12")) == {"barcode": "KZY-TS-001-S", "salePrice": 10, "listPrice": 12}


def test_both_prices_travel_together(account):
    assert item(account, priced("10", None)) == {"barcode": "KZY-TS-001-S", "salePrice": 10, "listPrice": 10}

    with pytest.raises(MappingError, match="sale_price is missing"):
        PUSH.build(account, [offer(list_price=Decimal(12), currency="TRY")])


def test_more_than_the_most_is_sent_as_the_most(account):
    assert [item(account, offer(quantity=q))["quantity"] for q in (0, 20_000, 20_001)] == [0, 20_000, 20_000]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (offer(), "quantity and sale_price are both missing"),
        (offer(quantity=-1), "quantity must be 0 or more, not -1"),
        (priced("12", "10"), r"list_price must be 12 \(the sale price\) or more, not 10"),
        (priced("-1", "10"), "sale_price must be 0 or more"),
        (priced("10", "12", currency="EUR"), "currency must be TRY on TR, not 'EUR'"),
        (priced("10", "12", currency=None), "currency must be TRY on TR, not None"),
        (offer("a b", quantity=1), "listing_ref must be 1 to 40 letters"),
        (offer("a/b", quantity=1), "listing_ref"),
        (offer("x" * 41, quantity=1), "listing_ref"),
        (offer("", quantity=1), "listing_ref"),
        (Offer(listing_ref="A", storefront="DE", quantity=1), "storefront must be TR in this call, not 'DE'"),
    ],
)
def test_what_cannot_be_said_names_offer_field_and_what_is_allowed(account, wrong, why):
    with pytest.raises(MappingError, match=why) as refused:
        PUSH.build(account, [wrong])

    assert refused.value.record == f"offer {wrong.listing_ref}"


@pytest.mark.parametrize("ref", ["KZY.TS_001-S", "ÇĞİÖŞÜçğıöşü", "8690000000012", "x" * 40])
def test_turkish_letters_and_long_barcodes_pass(account, ref):
    assert item(account, offer(ref, quantity=1))["barcode"] == ref


def test_a_barcode_rides_once_in_a_batch(account):
    with pytest.raises(MappingError, match="is twice in one batch"):
        PUSH.build(account, [offer("A", quantity=1), offer("A", quantity=2)])


def test_one_bad_offer_is_told_from_the_good(account):
    good, verdicts = unsayable(SPEC, "push_offers", account, [offer("A", quantity=1), offer("b b", quantity=1)])

    assert [o.listing_ref for o in good] == ["A"]
    assert [(v.listing_ref, v.is_ok) for v in verdicts] == [("b b", False)]


@pytest.mark.parametrize(
    "body",
    [
        {"errors": [{"key": "recurring.request", "message": WORDS, "errorCode": "400"}]},
        {"timestamp": 1, "exception": "ClientApiBusinessException", "errors": [{"key": "x", "message": WORDS}]},
        WORDS,
    ],
)
def test_the_same_within_15_minutes_proves_nothing(account, body):
    def send(request: Request) -> Reply:
        raise RemoteRefused("refused", status=400, body=body)

    reply = submit(SPEC, "push_offers", account, [offer("A", quantity=1), offer("B", quantity=2)], send)

    assert reply.is_done
    assert [(v.listing_ref, v.is_ok, v.is_repeat) for v in reply.verdicts] == [("A", False, True), ("B", False, True)]


def test_another_refusal_is_no_repeat(account):
    def send(request: Request) -> Reply:
        raise RemoteRefused("refused", status=400, body={"errors": [{"key": "invalid.barcode", "message": "no"}]})

    reply = submit(SPEC, "push_offers", account, [offer("A", quantity=1)], send)

    assert [(v.is_ok, v.is_repeat) for v in reply.verdicts] == [(False, False)]


@pytest.mark.parametrize("status", [400, 401, 403, 409, 500])
def test_the_repeat_is_known_whatever_its_status(status):
    request = Request("POST", "/inventory", group="offers", is_safe=False)

    known = SPEC.classify(request, status, {"errors": [{"message": WORDS}]})

    assert type(known) is RemoteRefused
    assert SPEC.classify(request, status, {"errors": [{"message": "other"}]}) is None


def test_prices_abroad_are_in_the_storefronts_currency(account):
    abroad = Account(account.base_url, "9001", "DE", account.settings)
    euros = Offer(listing_ref="A", storefront="DE", sale_price=Decimal(10), list_price=Decimal(12), currency="EUR")

    assert item(abroad, euros)["salePrice"] == 10
    with pytest.raises(MappingError, match="currency must be USD on DE"):
        PUSH.build(Account(account.base_url, "9001", "DE", {**account.settings, "currency.DE": "USD"}), [euros])
