"""What a kit is made of, typed in line by line on the page of its variant."""

from __future__ import annotations

import pytest

from entrepot.catalog.admin.kits import make_kit_of_lines
from entrepot.catalog.models import Variant
from entrepot.catalog.queries import parts_of
from entrepot.core.errors import Invalid

from ..goods_rows import goods
from .test_buttons import buttons_of, press, told
from .test_pages import address

PAGE = "catalog.variant"


def made_of(kit: Variant) -> list[tuple[str, int]]:
    return [(c.part.sku, c.quantity) for c in parts_of(variant_ids=[kit.id]).get(kit.id, [])]


def test_a_person_says_what_a_kit_is_made_of_and_sees_it_when_asked_again(people, aydin):
    kit, *_ = goods(aydin, 4)
    assert "parts" in buttons_of(people.aydin, PAGE, kit)

    answer = press(people.aydin, PAGE, kit, "parts", parts="SKU-1 × 2\r\n\r\n  SKU-2 3 \r\nSKU-3\r\n")

    assert answer["Location"] == address(PAGE, "change", kit.pk)
    assert told(people.aydin, answer) == ["Done."]
    assert made_of(kit) == [("SKU-1", 2), ("SKU-2", 3), ("SKU-3", 1)]
    asked = people.aydin.get(address(PAGE, "press", kit.pk, "parts"))
    shown = asked.context["form"]["parts"].value()
    assert shown == "SKU-1 × 2\nSKU-2 × 3\nSKU-3 × 1"

    press(people.aydin, PAGE, kit, "parts", parts=shown)
    assert made_of(kit) == [("SKU-1", 2), ("SKU-2", 3), ("SKU-3", 1)]
    press(people.aydin, PAGE, kit, "parts", parts="")
    assert made_of(kit) == []


def test_wrong_lines_are_named_by_number_all_at_once_and_what_was_typed_stays(people, aydin):
    kit, *_ = goods(aydin, 4)
    typed = "SKU-1 × 2\n\nSKU-2 × iki\nTEA-250 × 0\nSKU-3 2,5\nSKU-0\nSKU-1"

    answer = press(people.aydin, PAGE, kit, "parts", parts=typed)

    assert answer.status_code == 422
    form = answer.context["form"]
    assert form["parts"].value() == typed
    whole = "must be a whole number from 1 to 10000, not"
    (refusal,) = form.non_field_errors()
    assert refusal.removeprefix("SKU-0: ").split("; line ") == [
        f"line 3: {whole} 'iki'", "4: 'TEA-250' is not known", f"4: {whole} 0", f"5: {whole} '2,5'",
        "6: 'SKU-0' is the kit itself; name other goods", "7: 'SKU-1' is there twice; say all its pieces in one row",
    ]  # fmt: skip
    assert made_of(kit) == []


def test_clerks_and_other_sellers_cannot(people, aydin):
    kit, *_ = goods(aydin, 2)

    assert "parts" not in buttons_of(people.clerk, PAGE, kit)
    assert press(people.clerk, PAGE, kit, "parts", parts="SKU-1").status_code == 403
    assert press(people.borealis, PAGE, kit, "parts", parts="SKU-1").status_code == 404
    assert made_of(kit) == []


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("SKU-1", ("SKU-1", 1)), ("SKU-1×2", ("SKU-1", 2)), ("SKU-1 x 2", ("SKU-1", 2)), ("SKU-1 X2", ("SKU-1", 2)),
        ("SKU-1 * 2", ("SKU-1", 2)), ("SKU-1\t2", ("SKU-1", 2)), ("ÇAY 250", ("ÇAY 250", 1)),
        ("ÇAY 250 2", ("ÇAY 250", 2)), ("ÇAY 250 × 2", ("ÇAY 250", 2)), ("TEPSİ 10×20", ("TEPSİ 10×20", 1)),
        ("TEPSİ 10×20 × 3", ("TEPSİ 10×20", 3)), ("TEPSİ 10×20 3", ("TEPSİ 10×20", 3)),
    ],
)  # fmt: skip
def test_a_line_is_a_sku_and_how_often(aydin, line, part):
    kit, _, tea, tray = goods(aydin, 4)
    for row, sku in ((tea, "ÇAY 250"), (tray, "TEPSİ 10×20")):
        Variant.objects.system().filter(id=row.id).update(sku=sku)

    make_kit_of_lines(seller_id=aydin.id, variant_id=kit.id, parts=line)

    assert made_of(kit) == [part]


@pytest.mark.parametrize(
    "line", ["SKU-1 -2", "SKU-1 × +", "2 × SKU-1", "SKU-1 99999999999", "SKU-1 × 2 × 3", "×", "x 2"]
)
def test_a_line_that_says_neither_is_refused(aydin, line):
    kit, *_ = goods(aydin, 2)

    with pytest.raises(Invalid, match=r"^SKU-0: line 2: "):
        make_kit_of_lines(seller_id=aydin.id, variant_id=kit.id, parts=f"\n{line}")

    assert made_of(kit) == []
