"""Labels of both remotes' packages in a real bucket: fetched or made, read, and gone with their buyer."""

from __future__ import annotations

import pytest
from tests.s3_store import s3, s3_server

from entrepot.channels.models import Intent
from entrepot.core.clock import now
from entrepot.core.errors import RemoteBusy
from entrepot.documents import services as documents
from entrepot.fulfilment import services as fulfilment
from entrepot.fulfilment.models import Package
from entrepot.fulfilment.services.erase import erase_labels

from .world import SOAP

__all__ = ["s3", "s3_server"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_labels_go_into_the_bucket_and_out_of_it_with_their_buyer(s3, world):
    before = s3.objects()
    told, _ = world.pushed((SOAP, 1))
    world.read_shop()
    world.settle()
    world.settle()
    package = world.package(told)
    assert str(told["tracking_number"]) in documents.content_of(package.label).decode()

    fulfilment.make_label(seller_id=world.seller.id, package_id=package.id, at=now())

    package.refresh_from_db()
    assert documents.content_of(package.label).startswith(b"%PDF-")
    assert len(s3.objects()) == len(before) + 2

    ours = Package.objects.for_seller(world.seller.id)
    ours.filter(id=package.id).update(state="delivered")
    assert erase_labels(seller_id=world.seller.id, order_id=package.order_id) == 1
    assert len(s3.objects()) == len(before) + 1


def test_a_label_waits_for_a_store_that_is_away(s3, world):
    told, _ = world.pushed((SOAP, 1))
    world.read_shop()
    s3.stop()
    try:
        world.settle()
        world.settle()
        with pytest.raises(RemoteBusy, match="does not answer: S3_ENDPOINT_URL"):
            fulfilment.make_label(seller_id=world.seller.id, package_id=world.package(told).id, at=now())
    finally:
        s3.start()
    assert (world.package(told).state, world.package(told).label) == ("picking", None)
    intents = Intent.objects.system().filter(kind="label")
    assert intents.get().state in ("planned", "sent")  # open: it is tried again by itself

    package = world.package(told)
    fulfilment.make_label(seller_id=world.seller.id, package_id=package.id, at=now())
    assert documents.content_of(world.package(told).label).startswith(b"%PDF-")
