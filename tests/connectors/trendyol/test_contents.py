from __future__ import annotations

from decimal import Decimal

import pytest

from entrepot.connectors.trendyol import SPEC
from entrepot.core.errors import MappingError
from entrepot.kit.records import AttributeChoice, Offer
from entrepot.kit.requests import Account, dumps

PRODUCTS = "/product/sellers/9001"


def choice(ref, value=None, text=None):
    return AttributeChoice(attribute_ref=ref, value_ref=value, text=text)


def built(account, capability, *contents):
    return SPEC.can[capability].build(account, contents)


def set_to(account, **settings):
    return Account(account.base_url, account.account_ref, account.storefront, {**account.settings, **settings})


def test_create_says_what_the_page_says(account, content):
    request = built(account, "push_listings", content())

    assert (request.method, request.path, request.is_safe) == ("POST", f"{PRODUCTS}/v2/products", False)
    assert request.body == {"items": [{
        "barcode": "KZY-TS-001-S", "title": "Kuzey pamuk tişört", "productMainId": "KZY-TS-001", "brandId": 70001,
        "categoryId": 520, "quantity": 40, "stockCode": "TS001-S", "origin": "TR", "dimensionalWeight": 1,
        "description": "<p>Yumuşak pamuk</p>", "listPrice": Decimal("349.90"), "salePrice": Decimal("299.90"),
        "vatRate": 10, "images": [{"url": "https://img.example.test/ts1.jpg"}],
        "attributes": [
            {"attributeId": 293, "attributeValueId": 4601}, {"attributeId": 47, "customAttributeValue": "Lacivert"},
        ],
    }]}  # fmt: skip
    assert b'"listPrice":349.9,"' in dumps(request.body).replace(b'"salePrice":299.9,', b"")


def test_addresses_carriers_and_delivery_come_from_the_account(account, content):
    chosen = set_to(account, ship_from_ref="11", return_to_ref="13", carriers="ARASMP TEXMP", delivery_days=0)

    (item,) = built(chosen, "push_listings", content()).body["items"]

    assert (item["shipmentAddressId"], item["returningAddressId"]) == (11, 13)
    assert (item["cargoProviders"], item["deliveryOption"]) == (["ARASMP", "TEXMP"], {"deliveryDuration": 0})


def test_an_update_before_approval_carries_no_price_and_no_stock(account, content):
    request = built(account, "update_listings", content())

    assert request.path == f"{PRODUCTS}/products/unapproved-bulk-update"
    assert not {"quantity", "salePrice", "listPrice"} & request.body["items"][0].keys()
    assert {"title", "brandId", "categoryId", "images", "attributes"} <= request.body["items"][0].keys()


def test_a_variant_update_carries_what_is_the_barcodes_own(account, content):
    request = built(account, "update_variants", content(vat_rate=Decimal("0.2")))

    assert request.path == f"{PRODUCTS}/products/variant-bulk-update"
    assert request.body["items"] == [
        {"barcode": "KZY-TS-001-S", "stockCode": "TS001-S", "origin": "TR", "vatRate": 20, "dimensionalWeight": 1}
    ]


def test_variants_of_a_card_are_one_item_of_what_they_share(account, content):
    small = content(content_ref="880001", attributes=(choice("293", "4601"), choice("47", text="Lacivert")))
    middle = content(
        listing_ref="KZY-TS-001-M",
        content_ref="880001",
        attributes=(choice("293", "4602"), choice("47", text="Lacivert")),
    )

    request = built(account, "update_content", small, middle)

    assert request.path == f"{PRODUCTS}/products/content-bulk-update"
    assert request.body["items"] == [{
        "contentId": 880001, "title": "Kuzey pamuk tişört", "description": "<p>Yumuşak pamuk</p>",
        "images": [{"url": "https://img.example.test/ts1.jpg"}],
        "attributes": [{"attributeId": 47, "customAttributeValue": "Lacivert"}],
    }]  # fmt: skip


def test_a_card_has_one_title_and_must_exist(account, content):
    with pytest.raises(MappingError, match="KZY-TS-001-M: title differs from KZY-TS-001-S's, on the same card"):
        built(
            account, "update_content",
            content(content_ref="1"), content(listing_ref="KZY-TS-001-M", content_ref="1", title="Other"),
        )  # fmt: skip
    with pytest.raises(MappingError, match="content_ref is missing"):
        built(account, "update_content", content())


@pytest.mark.parametrize(("capability", "archived"), [("close_listings", True), ("reopen_listings", False)])
def test_closing_archives_and_may_be_repeated(account, content, capability, archived):
    request = built(account, capability, content(), Offer(listing_ref="B", storefront="TR"))

    assert (request.method, request.path, request.is_safe) == ("PUT", f"{PRODUCTS}/products/archive-state", True)
    assert request.body == {
        "items": [{"barcode": "KZY-TS-001-S", "archived": archived}, {"barcode": "B", "archived": archived}]
    }


def test_unlocking_names_the_barcode(account, content):
    request = built(account, "unlock_listings", content())

    assert (request.method, request.path) == ("PUT", f"{PRODUCTS}/products/unlock")
    assert request.body == {"items": [{"barcode": "KZY-TS-001-S"}]}


@pytest.mark.parametrize(
    ("shape", "choices", "said"),
    [
        ("singular", [choice("1", "2")], [{"attributeId": 1, "attributeValueId": 2}]),
        ("plural", [choice("1", "2")], [{"attributeId": 1, "attributeValueIds": [2]}]),
        ("singular", [choice("1", "2"), choice("1", "3")], [{"attributeId": 1, "attributeValueIds": [2, 3]}]),
        ("singular", [choice("1", text="x")], [{"attributeId": 1, "customAttributeValue": "x"}]),
        ("plural", [choice("1", text="x")], [{"attributeId": 1, "attributeValue": "x"}]),
    ],
)
def test_attributes_are_written_in_either_shape(account, content, shape, choices, said):
    chosen = set_to(account, attribute_shape=shape)

    (item,) = built(chosen, "push_listings", content(attributes=tuple(choices))).body["items"]

    assert item["attributes"] == said


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"title": "x" * 101}, "title must be at most 100 characters, not 101"),
        ({"title": " "}, "title is missing"),
        ({"description": ""}, "description is missing"),
        ({"description": "x" * 30_001}, "description must be at most 30000"),
        ({"images": ()}, "images must be 1 to 8, not 0"),
        ({"images": ("https://a.example",) * 9}, "images must be 1 to 8, not 9"),
        ({"images": ("http://a.example/1.jpg",)}, "images must be https addresses"),
        ({"origin": ""}, "origin must be a country of 2 capital letters, not ''"),
        ({"origin": "TUR"}, "origin"),
        ({"model_ref": "x" * 41}, "model_ref must be at most 40"),
        ({"sku": "x" * 101}, "sku must be at most 100"),
        ({"brand_ref": "Kuzey"}, "brand_ref must be a number"),
        ({"category_ref": ""}, "category_ref must be a number"),
        ({"vat_rate": Decimal("0.18")}, r"vat_rate must be one of 0 %, 1 %, 10 %, 20 % on TR, not 18 %"),
        ({"vat_rate": Decimal("0.101")}, "vat_rate must be one of .*, not 10.1 %"),
        ({"list_price": Decimal(1)}, "list_price must be 299.90"),
        ({"currency": "EUR"}, "currency must be TRY on TR"),
        ({"quantity": -1}, "quantity must be 0 or more"),
        ({"weight_g": 0}, "weight_g must be above 0"),
        ({"listing_ref": "A B"}, "listing_ref must be 1 to 40"),
        ({"storefront": "DE"}, "storefront must be TR"),
        ({"attributes": (choice("1"),)}, "attribute 1 must have either a value or a text"),
        ({"attributes": (choice("1", "2", "x"),)}, "attribute 1 must have either"),
        ({"attributes": (choice("1", text="x"), choice("1", text="y"))}, "attribute 1 must have one text"),
        ({"attributes": (choice("1", "Red"),)}, "attribute 1 must be a number"),
    ],
)
def test_what_trendyol_would_refuse_is_told_before(account, content, fields, why):
    with pytest.raises(MappingError, match=why) as refused:
        built(account, "push_listings", content(**fields))

    assert refused.value.record == f"listing {fields.get('listing_ref', 'KZY-TS-001-S')}"


@pytest.mark.parametrize("capability", ["push_listings", "update_variants", "close_listings", "unlock_listings"])
def test_a_listing_rides_once_in_a_batch(account, content, capability):
    with pytest.raises(MappingError, match="is twice in one batch"):
        built(account, capability, content(), content(title="Another"))


def test_the_longest_texts_pass(account, content):
    longest = content(title="x" * 100, description="x" * 30_000, images=("https://a.example",) * 8)

    assert built(account, "push_listings", longest).body["items"][0]["title"] == "x" * 100


@pytest.mark.parametrize(
    ("storefront", "percents"),
    [
        ("TR", (0, 1, 10, 20)), ("DE", (0, 7, 19)), ("SA", (15,)), ("AE", (5,)), ("SK", (0, 19, 23)),
        ("RO", (0, 11, 21)), ("CZ", (0, 12, 21)), ("BG", (0, 9, 20)), ("GR", (0, 6, 11, 13, 21, 24)),
    ],
)  # fmt: skip
def test_each_storefront_takes_its_own_vat_rates(account, content, storefront, percents):
    of = Account(account.base_url, "9001", storefront, account.settings)
    taken = []
    for percent in range(30):
        try:
            built(of, "update_variants", content(storefront=storefront, vat_rate=Decimal(percent) / 100))
        except MappingError:
            continue
        taken.append(percent)

    assert tuple(taken) == percents
    (told,) = [s for s in SPEC.storefronts if s.code == storefront]
    assert [Decimal(rate) * 100 for rate in told.vat_rates] == list(percents)


@pytest.mark.parametrize(
    ("weight_g", "sides", "desi"),
    [
        (500, (300, 200, 100), "2.00"),  # 30 × 20 × 10 cm = 6000 cm³ ÷ 3000
        (2500, (300, 200, 100), "2.50"),  # heavier than bulky
        (250, (None, 200, 100), "0.25"),  # no volume without three sides
        (1, (None, None, None), "0.01"),
    ],
)
def test_the_larger_of_weight_and_volume_is_sent(account, content, weight_g, sides, desi):
    length, width, height = sides
    one = content(weight_g=weight_g, length_mm=length, width_mm=width, height_mm=height)

    assert built(account, "update_variants", one).body["items"][0]["dimensionalWeight"] == Decimal(desi)
