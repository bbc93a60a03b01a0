"""How many packages there are, and which have a label."""

from __future__ import annotations

from tests.orders.conftest import AT, package

from entrepot.documents.services import keep
from entrepot.fulfilment.models import Package
from entrepot.fulfilment.queries import labelled_packages, package_counts
from entrepot.fulfilment.services import Told, apply_told, note_stuck


def test_packages_are_counted_by_state_and_named_by_label(desk):
    for ref, state in (("P1", "created"), ("P2", "created"), ("P3", "cancelled")):
        told = package(ref, state=state, order_ref=f"O-{ref}")
        taken = desk.tell(told)
        apply_told(told=[Told(taken.order, taken.line_ids, [told])], at=AT)
    row = Package.objects.system().get(package_ref="P2")
    row.label = keep(
        seller_id=desk.seller_id, kind="label", name="P2.zpl", media_type="application/zpl", content=b"^XA"
    )
    row.save()

    assert package_counts() == {"created": 2, "cancelled": 1}
    assert labelled_packages() == ["P2"]


def test_what_a_package_is_stuck_at_is_kept(desk):
    told = package("P1")
    taken = desk.tell(told)
    apply_told(told=[Told(taken.order, taken.line_ids, [told])], at=AT)
    row = Package.objects.system().get()

    note_stuck(package_id=row.id, why="no label: 404")

    row.refresh_from_db()
    assert row.stuck_reason == "no label: 404"
