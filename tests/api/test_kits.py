"""What a kit is made of, over HTTP."""

from __future__ import annotations

import pytest

from entrepot.catalog.models import Component, Variant
from entrepot.events.models import Dirty

from ..goods_rows import goods, store
from .test_bodies import problem

pytestmark = pytest.mark.django_db


def part(sku: str, quantity: object = 1) -> dict[str, object]:
    return {"sku": sku, "quantity": quantity}


@pytest.fixture
def shelf(aydin) -> list[Variant]:
    return goods(aydin, 4, source=store(aydin))


def put(api, key, row: Variant, *parts: dict[str, object], **headers: str):
    return api(key).put(f"/variants/{row.id}/parts", {"parts": list(parts)}, **headers)


def test_a_kit_is_told_read_told_again_and_ended(api, keys, shelf):
    kit, tea, cup, _ = shelf
    assert api(keys.aydin).get(f"/variants/{kit.id}").json()["parts"] == []

    answer = put(api, keys.aydin, kit, part("SKU-2", 2), part("SKU-1"))

    told = [
        {"variant_id": cup.id, "sku": "SKU-2", "quantity": 2}, {"variant_id": tea.id, "sku": "SKU-1", "quantity": 1}
    ]  # fmt: skip
    assert (answer.status_code, answer.json()["id"], answer.json()["parts"]) == (200, kit.id, told)
    for key in (keys.aydin, keys.clerk):
        assert api(key).get(f"/variants/{kit.id}").json()["parts"] == told
    assert list(Dirty.objects.filter(kind="stock").values_list("subject_id", flat=True)) == [kit.id]

    assert put(api, keys.aydin, kit, part("SKU-2", 2), part("SKU-1")).json()["parts"] == told
    assert Dirty.objects.filter(kind="stock").count() == 1
    assert put(api, keys.aydin, kit).json()["parts"] == []
    assert not Component.objects.system().exists()


def test_a_repeated_request_is_answered_and_not_done_again(api, keys, shelf):
    kit, *_ = shelf
    first = put(api, keys.aydin, kit, part("SKU-1"), Idempotency_Key="k1")
    put(api, keys.aydin, kit, part("SKU-2"))

    again = put(api, keys.aydin, kit, part("SKU-1"), Idempotency_Key="k1")

    assert (again.json(), again["Idempotency-Replayed"]) == (first.json(), "true")
    assert api(keys.aydin).get(f"/variants/{kit.id}").json()["parts"][0]["sku"] == "SKU-2"


def test_only_who_may_write_the_sellers_own_goods_makes_a_kit(api, keys, shelf):
    kit, *_ = shelf

    assert put(api, keys.borealis, kit, part("SKU-1")).status_code == 404
    assert put(api, keys.clerk, kit, part("SKU-1")).status_code == 403
    assert put(api, keys.reader, kit, part("SKU-1")).status_code == 403
    assert put(api, None, kit, part("SKU-1")).status_code == 401
    assert not Component.objects.system().exists()
    assert put(api, keys.operator, kit, part("SKU-1")).status_code == 200


def test_all_rows_that_cannot_be_parts_are_named(api, keys, shelf, borealis):
    kit, _, box, _ = shelf
    put(api, keys.aydin, box, part("SKU-3"))
    goods(borealis, 9)

    body = problem(
        put(api, keys.aydin, kit, part("SKU-1"), part("sku 1", 10_001), part("SKU-2"), part("SKU-0"), part("SKU-8", 2)),
        422,
    )

    assert body["type"] == "/problems/invalid"
    assert body["detail"].startswith("SKU-0: parts[1].sku 'sku 1' is not known; the closest is 'SKU-1'; parts[1].qu")
    assert [(e["field"], e["message"]) for e in body["errors"]] == [
        ("parts[1].sku", "'sku 1' is not known; the closest is 'SKU-1'"),
        ("parts[1].quantity", "must be a whole number from 1 to 10000, not 10001"),
        ("parts[2].sku", "'SKU-2' is a kit itself; name its parts instead"),
        ("parts[3].sku", "'SKU-0' is the kit itself; name other goods"),
        ("parts[4].sku", "'SKU-8' is not known; the closest is 'SKU-3'"),
    ]
    assert api(keys.aydin).get(f"/variants/{kit.id}").json()["parts"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "parts"), ({"parts": None}, "parts"), ({"parts": [part("SKU-1", 1.5)]}, "parts.0.quantity"),
        ({"parts": [part("SKU-1", "2")]}, "parts.0.quantity"), ({"parts": [part("SKU-1", True)]}, "parts.0.quantity"),
        ({"parts": [{"sku": "SKU-1"}]}, "parts.0.quantity"), ({"parts": [part("SKU-1", None)]}, "parts.0.quantity"),
        ({"parts": [part("S\x00")]}, "parts.0.sku"), ({"parts": [part("SKU-1")] * 51}, "parts"),
        ({"parts": [part("SKU-1") | {"pieces": 1}]}, "parts.0.pieces"),
    ],
)  # fmt: skip
def test_a_body_of_another_shape_is_refused_by_field(api, keys, shelf, body, field):
    kit, *_ = shelf

    told = problem(api(keys.aydin).put(f"/variants/{kit.id}/parts", body), 422)

    assert [e["field"] for e in told["errors"]] == [field]
    assert not Component.objects.system().exists()
