"""A buyer is shown all that is held, and forgotten when the order is over; raw messages expire by themselves."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from tests.goods_rows import AT, market

from entrepot.core.actor import Actor
from entrepot.core.clock import now
from entrepot.core.errors import Invalid, Refused
from entrepot.documents.models import Document
from entrepot.documents.services import keep
from entrepot.events.models import Outbox
from entrepot.fulfilment.models import Package
from entrepot.ingress import tasks
from entrepot.ingress.models import Receipt, SetAside
from entrepot.ingress.services import erase_buyer, export_buyer, forget_old_asides, forget_old_receipts
from entrepot.orders.models import Order, Party
from entrepot.orders.services.buyers import orders_of_buyer

pytestmark = pytest.mark.django_db
RAW = {"shipmentAddress": {"fullName": "Ayşe Yılmaz"}}


def actor(seller, role="owner"):
    return Actor("ayse", role, frozenset({seller.id}))


@pytest.fixture
def order(aydin, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    channel, own = market(aydin), {"seller": aydin}
    order = Order.objects.create(
        **own, channel=channel, storefront=channel.storefronts.get(), order_ref="9103", placed_at=AT, modified_at=AT,
        seen_at=AT, currency="TRY", gross=10, seller_discount=0, channel_discount=0, shipping=0, total=10, is_paid=True,
        state="processed",
    )  # fmt: skip
    Party.objects.create(
        **own, order=order, role="ship_to", name="Ayşe Yılmaz", email="ayse@buyer.example", phone="+905551112233",
        lines=["Moda Cd. 12"], country="TR",
    )  # fmt: skip
    label = keep(seller_id=aydin.id, kind="label", name="333.pdf", media_type="application/pdf", content=b"%PDF Ayse")
    Package.objects.create(
        **own, order=order, channel=channel, package_ref="333", state="delivered", their_status="Delivered", modified_at=AT,
        label=label,
    )  # fmt: skip
    Receipt.objects.create(
        **own, channel=channel, kind="package", subject_ref="9103", identity="333:1", via="poll", raw=RAW, received_at=AT,
        status="done",
    )  # fmt: skip
    SetAside.objects.create(
        **own, channel=channel, kind="package", subject="package 333", field="status", reason="?", raw=RAW, first_at=AT,
        last_at=AT,
    )  # fmt: skip
    return order


def held(order):
    return str(export_buyer(who=actor(order.seller), order_id=order.id))


def test_all_that_is_held_is_shown(order):
    found = export_buyer(who=actor(order.seller), order_id=order.id)

    assert found["parties"][0]["email"] == "ayse@buyer.example"
    assert found["receipts"] == [{"received_at": AT, "raw": RAW}]
    assert (found["set_aside"][0]["raw"], found["packages"]) == (RAW, ["333"])


def test_nothing_that_names_the_buyer_is_left_and_the_amounts_are(order, django_capture_on_commit_callbacks):
    path = Path(Document.objects.for_seller(order.seller_id).get().file.path)
    assert path.is_file()

    with django_capture_on_commit_callbacks(execute=True):
        counts = erase_buyer(who=actor(order.seller), order_id=order.id, at=AT)

    assert counts == {"parties": 1, "labels": 1, "receipts": 1, "set_aside": 1}
    for word in ("Ayşe", "Moda", "buyer.example", "5551112233"):
        assert word not in held(order)
    assert not path.exists()
    party = Party.objects.for_seller(order.seller_id).get()
    assert (party.country, "name" in party.typed, "lines" in party.typed) == ("TR", True, True)  # news fills nothing in
    order.refresh_from_db()
    assert (order.total, Outbox.objects.get(type="order.buyer_erased").payload) == (10, {"by": "ayse"})


@pytest.mark.parametrize(
    ("what", "state", "why"), [("order", "synced", "when it is over"), ("package", "shipped", "has arrived")]
)
def test_a_buyer_whose_goods_are_on_the_way_is_kept_whole(order, what, state, why):
    model = Order if what == "order" else Package
    model.objects.for_seller(order.seller_id).update(state=state)

    with pytest.raises(Refused, match=why):
        erase_buyer(who=actor(order.seller), order_id=order.id, at=AT)

    assert "Ayşe" in str(Party.objects.for_seller(order.seller_id).get().name)
    assert Receipt.objects.for_seller(order.seller_id).exists()


def test_only_owners_may_and_another_sellers_buyer_does_not_exist(order, borealis):
    for call in (export_buyer, lambda **k: erase_buyer(**k, at=AT)):
        for role in ("manager", "clerk"):
            with pytest.raises(PermissionDenied):
                call(who=actor(order.seller, role), order_id=order.id)
        with pytest.raises(Order.DoesNotExist):
            call(who=actor(borealis), order_id=order.id)


def test_orders_are_found_by_number_mail_or_telephone(order, borealis):
    mine = order.seller_id
    for given in ({"order_ref": "9103"}, {"email": "AYSE@buyer.example "}, {"phone": "+905551112233"}):
        assert orders_of_buyer(seller_id=mine, **given) == [order]
        assert orders_of_buyer(seller_id=borealis.id, **given) == []
    with pytest.raises(Invalid, match="say whose"):
        orders_of_buyer(seller_id=mine)


def test_raw_messages_expire_when_they_are_done_with(order, settings):
    settings.ENTREPOT_KEEP_RECEIPTS_DAYS = 30
    mine = Receipt.objects.for_seller(order.seller_id)
    for identity, status in (("waits", "queued"), ("given up", "dead")):
        Receipt.objects.create(
            seller_id=order.seller_id, channel_id=order.channel_id, kind="package", subject_ref="9", identity=identity,
            via="poll", raw=RAW, received_at=AT, status=status,
        )  # fmt: skip

    assert forget_old_receipts(at=AT + timedelta(days=30)) == 0
    assert forget_old_receipts(at=AT + timedelta(days=30, seconds=1)) == 1
    assert set(mine.values_list("identity", flat=True)) == {"waits", "given up"}

    late = AT + timedelta(days=31)
    assert forget_old_asides(at=late) == 0  # it still waits for a person
    SetAside.objects.for_seller(order.seller_id).update(state="ignored")
    assert forget_old_asides(at=late) == 1


def test_the_task_that_forgets_knows_the_time(order):
    Receipt.objects.for_seller(order.seller_id).update(received_at=now() - timedelta(days=29))
    tasks.forget_old_receipts(timestamp=0)
    assert Receipt.objects.for_seller(order.seller_id).exists()

    Receipt.objects.for_seller(order.seller_id).update(received_at=now() - timedelta(days=31))
    tasks.forget_old_receipts(timestamp=0)
    assert not Receipt.objects.for_seller(order.seller_id).exists()
