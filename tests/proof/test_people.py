"""The owner puts right what was sold twice, and looks whether it is."""

from __future__ import annotations

from typing import Any

from proof.ledgers import TR, WOO
from proof.people import People

SKU = "SKU-0"


class Source:
    """Tells buyers no wherever that is possible, and buys three more where it is not."""

    def random(self) -> float:
        return 0.0

    def randrange(self, least: int, _: int) -> int:
        return least


class Shop:
    """Two orders of the marketplace are in the shop, 64 pieces each; of ``lowered`` the pieces are back already."""

    def __init__(self, *, shelf: int, lowered: int) -> None:
        self.entries: dict[str, list[dict[str, Any]]] = {TR: [], WOO: []}
        self.lowered = lowered
        for id_ in (500, 501):
            placed = {"order_number": str(id_), "lines": [{"barcode": SKU, "quantity": 64}], "total": "64.00"}
            self.note(TR, "order.placed", **placed, package_id=id_, status="Created", storefront="TR", currency="TRY")
            meta = {"_entrepot_order": str(id_), "_entrepot_ref": f"ref-{id_}"}
            made = {"id": id_, "status": "processing", "total": "64.00", "currency": "TRY", "meta": meta}
            self.note(WOO, "order.created", **made, lines=[{"sku": SKU, "quantity": 64}])
        self.note(WOO, "stock.set", sku=SKU, quantity=shelf)

    def note(self, slug: str, kind: str, **facts: Any) -> None:
        seq = len(self.entries[slug]) + 1
        self.entries[slug].append({"seq": seq, "at": seq, "kind": kind, **facts})

    def ledger(self, slug: str, *, after: int) -> list[dict[str, Any]]:
        return self.entries[slug][after:]

    def act(self, slug: str, action: str, **given: Any) -> None:
        shelf = [e["quantity"] for e in self.entries[WOO] if e["kind"].startswith("stock.")][-1]
        if action == "cancel":
            self.note(slug, "order.updated", id=given["order_id"], status="cancelled", total="64.00")
            if given["order_id"] != self.lowered:
                self.note(slug, "stock.restored", sku=SKU, quantity=shelf + 64)
        else:
            self.note(slug, "stock.set", sku=given["sku"], quantity=given["quantity"])


def put_right(shop: Shop) -> People:
    people = People(shop, [SKU])  # type: ignore[arg-type]
    people.put_right(Source())  # type: ignore[arg-type]
    people.ledgers.read()
    return people


def test_buyers_are_told_no_until_there_is_enough():
    people = put_right(Shop(shelf=-64, lowered=0))

    assert dict(people.done) == {"told no": 1}
    assert people.ledgers.shelf == {SKU: 0}


def test_an_order_whose_pieces_are_back_already_does_not_count_again():
    people = put_right(Shop(shelf=-64, lowered=501))

    assert dict(people.done) == {"told no": 2}
    assert people.ledgers.shelf == {SKU: 0}


def test_where_telling_no_is_not_enough_more_is_bought():
    people = put_right(Shop(shelf=-100, lowered=501))

    assert dict(people.done) == {"told no": 2, "bought more": 1}
    assert people.ledgers.shelf == {SKU: 3}
