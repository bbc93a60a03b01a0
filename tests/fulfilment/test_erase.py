"""Labels name the buyer: they go with the buyer, and not before the goods have arrived."""

from __future__ import annotations

import pytest

from entrepot.core.errors import Refused
from entrepot.documents.models import Document
from entrepot.documents.services import keep
from entrepot.fulfilment.services.erase import erase_labels, package_refs

from .test_apply import package, row, tell


def test_labels_go_when_every_package_has_arrived(desk, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    tell(desk, package(state="shipped"))
    given = {"seller_id": desk.seller_id, "order_id": row().order_id}
    label = keep(seller_id=desk.seller_id, kind="label", name="P1.pdf", media_type="application/pdf", content=b"%PDF")
    type(row()).objects.for_seller(desk.seller_id).update(label=label)

    with pytest.raises(Refused, match="when it has arrived"):
        erase_labels(**given)
    tell(desk, package(state="delivered", minutes=9))

    assert package_refs(**given) == ["P1"]
    assert erase_labels(**given) == 1
    assert (row().label_id, Document.objects.for_seller(desk.seller_id).count()) == (None, 0)
    assert erase_labels(**given) == 0
