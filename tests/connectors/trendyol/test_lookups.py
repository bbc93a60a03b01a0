from __future__ import annotations

from typing import Any

import pytest

from entrepot.connectors.trendyol import SPEC
from entrepot.core.errors import MappingError
from entrepot.kit.read import pull
from entrepot.kit.requests import Reply, Request, Window

TREE = [
    {
        "id": 501, "name": "Giyim", "parentId": None,
        "subCategories": [{"id": 520, "name": "Tişört", "parentId": 501, "subCategories": []}],
    },
    {"id": 600, "name": "Kitap", "subCategories": []},
]  # fmt: skip


def pulled(account, capability, window, *bodies):
    asked: list[Request] = []
    answers = iter(bodies)

    def send(request: Request) -> Reply:
        asked.append(request)
        return Reply(200, next(answers))

    reads = list(pull(SPEC, capability, account, window, send))
    assert [a for read in reads for a in read.set_aside] == []
    assert [d for read in reads for d in read.drift] == []
    return asked, [record for read in reads for record in read.records]


@pytest.mark.parametrize("body", [TREE, {"categories": TREE}])
def test_the_tree_comes_with_paths_and_leaves(account, body):
    asked, found = pulled(account, "pull_categories", Window(), body)

    assert [r.path for r in asked] == ["/product/product-categories"]
    assert [(c.category_ref, c.parent_ref, c.path, c.is_leaf) for c in found] == [
        ("501", None, "Giyim", False), ("520", "501", "Giyim > Tişört", True), ("600", None, "Kitap", True),
    ]  # fmt: skip


def test_one_broken_branch_costs_no_other(account):
    broken: list[Any] = [*TREE, {"id": 7, "name": "x", "subCategories": "none"}, None]

    reads = list(pull(SPEC, "pull_categories", account, Window(), lambda _: Reply(200, broken)))

    assert [len(r.records) for r in reads] == [4]
    assert [len(r.set_aside) for r in reads] == [1]
    assert [d.path for r in reads for d in r.drift] == ["subCategories"]


def test_attributes_say_what_they_are(account):
    raw = {
        "categoryId": 520, "attribute": {"id": 47, "name": "Renk"}, "required": True, "allowCustom": True,
        "varianter": False, "slicer": True, "allowMultipleAttributeValues": False,
    }  # fmt: skip

    asked, (found,) = pulled(
        account, "pull_attributes", Window(refs=("520",)), {"id": 520, "name": "T", "categoryAttributes": [raw]}
    )

    assert asked[0].path == "/product/categories/520/attributes"
    assert (found.attribute_ref, found.category_ref, found.name) == ("47", "520", "Renk")
    assert (found.is_required, found.is_custom, found.is_slicer, found.is_varianter, found.is_multiple) == (
        True, True, True, False, False,
    )  # fmt: skip


def test_values_are_told_what_they_belong_to(account):
    asked, found = pulled(
        account, "pull_values", Window(refs=("520/293",)),
        {"totalPages": 2, "content": [{"attributeValueId": 4601, "attributeValue": "S"}]},
        {"totalPages": 2, "content": [{"attributeValueId": 4602, "attributeValueName": "M"}]},
    )  # fmt: skip

    assert [(r.path, r.query["page"]) for r in asked] == [
        ("/product/categories/520/attributes/293/values", "0"), ("/product/categories/520/attributes/293/values", "1"),
    ]  # fmt: skip
    assert [(v.category_ref, v.attribute_ref, v.value_ref, v.name) for v in found] == [
        ("520", "293", "4601", "S"), ("520", "293", "4602", "M"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("capability", "refs"),
    [("pull_attributes", ()), ("pull_attributes", ("a",)), ("pull_values", ("520",)), ("pull_values", ("520/x",))],
)
def test_a_question_without_its_category_is_not_asked(account, capability, refs):
    with pytest.raises(MappingError, match="refs must be one"):
        SPEC.can[capability].first(account, Window(refs=refs))


def test_brands_are_read_until_a_page_is_empty(account):
    page = {"brands": [{"id": 70001, "name": "Kuzey Atölye", "luxe": False}]}

    asked, found = pulled(account, "pull_brands", Window(), page, page, {"brands": []})

    assert [(r.query["page"], r.query["size"]) for r in asked] == [("0", "1000"), ("1", "1000"), ("2", "1000")]
    assert [b.brand_ref for b in found] == ["70001", "70001"]


def test_addresses_are_known_by_flag_old_or_new_or_by_type(account):
    rows = [
        {"id": 1, "shipmentAddress": True, "invoiceAddress": False, "returningAddress": True, "default": True},
        {"id": 2, "isShipmentAddress": False, "isInvoiceAddress": True, "isDefault": False},
        {"id": 3, "addressType": "Returning"},
    ]

    _, found = pulled(account, "pull_addresses", Window(), {"supplierAddresses": rows})

    assert [(a.address_ref, a.uses, a.is_default) for a in found] == [
        ("1", ("ship", "return"), True), ("2", ("bill",), False), ("3", ("return",), False),
    ]  # fmt: skip
