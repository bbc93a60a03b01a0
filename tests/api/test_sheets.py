"""A sheet full of mistakes: every mistake is named by line and column, and the other rows land."""

from __future__ import annotations

import pytest

from entrepot.inventory.models import StockLevel

GOOD = "TEA-250,TR\n"


@pytest.fixture
def send(world, api, keys):
    def sent(content, connector=None, status=200):
        body = content if isinstance(content, bytes) else content.encode()
        query = f"?connector={connector}" if connector else ""
        answer = api(keys.aydin).post(f"/products/sheet{query}", raw=body, content_type="text/csv")
        assert answer.status_code == status, answer.content
        return answer.json()

    return sent


def only(answer):
    (problem,) = answer["problems"]
    return problem["line"], problem["column"], problem["why"]


CELLS = {
    "larger than 128 KiB": ("brand", "x" * 200_000, "has 200000 characters; at most 4000 are allowed"),
    "longer than its column": ("brand", "x" * 121, "has 121 characters; at most 120 are allowed"),
    "NUL": ("brand", "Pa\x00şa", "holds a NUL character (U+0000), which cannot be kept; only text is allowed"),
    "a sum": ("brand", "=1+1", "is a formula (=1+1); only its value is allowed"),
    "a link": ("brand", '"=HYPERLINK(""http://x.example"")"', "is a formula"),
    "a failed sum": ("brand", "#REF!", "is an error of the spreadsheet (#REF!)"),
    "a weight beyond measure": ("weight_g", "99999999999", "must be a whole number of grams up to 2147483647"),
    "a weight of 400 digits": ("weight_g", "9" * 400, "must be a whole number of grams up to 2147483647"),
    "a weight with an exponent": ("weight_g", "1e999999", "must be a whole number of grams up to 2147483647"),
    "a quantity beyond measure": ("quantity", "3000000000", "must be a whole number from -2147483647 to 2147483647"),
    "a quantity of 5000 digits": ("quantity", "9" * 3999, "must be a whole number from -2147483647 to 2147483647"),
    "two signs": ("quantity", "--5", "must be a whole number"),
    "no country": ("origin", "Narnia", "is not an ISO 3166 country code"),
    "no GTIN": ("gtin", "x" * 15, "has 15 characters; at most 14 are allowed"),
    "a GTIN that was rounded": (
        "gtin",
        "8.69E+12",
        "a number that a spreadsheet has rounded: format the column as text",
    ),
    "a GTIN with decimals": ("gtin", "869000000012.0", "a number that a spreadsheet has rounded"),
    "a decimal comma": ("vat_rate", '"0,20"', "is not a number: '0,20'; write it with a point"),
    "separators of thousands": ("weight_g", '"1.234,5"', "is not a number: '1.234,5'; write it with a point"),
    "a unit": ("weight_g", "250 g", "is not a number: '250 g'; write it with a point and without separators"),
    "an attribute": ("attribute:Renk", "=A1", "is a formula"),
}


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_that_cannot_be_kept_is_named_and_the_other_rows_land(send, world, name):
    column, cell, why = CELLS[name]

    answer = send(f"sku,hs_code,{column}\nTEA-250,,{cell}\n")
    line, named, told = only(answer)
    again = send(f"sku,hs_code,{column}\nTEA-250,701337,\n")

    assert (line, named) == (2, column)
    assert why in told
    assert answer["changed"] == 0
    assert again == {"changed": 1, "problems": [], "problem_count": 0}


def test_every_cell_of_a_row_that_cannot_be_kept_is_named(send, world):
    answer = send('sku,origin,vat_rate,weight_g,brand\nTEA-250,Narnia,"0,20",heavy,Cam\n')

    assert [(x["line"], x["column"]) for x in answer["problems"]] == [(2, "origin"), (2, "vat_rate"), (2, "weight_g")]
    world.variant.product.refresh_from_db()
    assert (answer["changed"], world.variant.product.brand != "Cam") == (0, True)


@pytest.mark.parametrize("cell", [("hs_code", "x"), ("vat_rate", "20%"), ("gtin", "123"), ("origin", "XX")])
def test_of_a_row_with_a_wrong_cell_the_stock_is_not_taken_either(send, world, cell):
    column, wrong = cell

    answer = send(f"sku,quantity,{column},brand\nTEA-250,77,{wrong},Half\n")
    refused = on_hand(world.variant)
    send("sku,quantity,brand\nTEA-250,77,Whole\n")

    assert (answer["changed"], only(answer)[:2]) == (0, (2, column))
    assert 77 not in refused
    assert 77 in on_hand(world.variant)


def on_hand(variant):
    return list(StockLevel.objects.system().filter(variant=variant).values_list("on_hand", flat=True))


def test_a_wrong_quantity_hides_no_other_wrong_cell_nor_does_an_unknown_sku(send, world):
    answer = send("sku,quantity,weight_g,gtin\nTEA-250,x,-1,123\nNOPE,x,-1,\n")

    named = [(x["line"], x["column"]) for x in answer["problems"]]
    assert named == [(2, c) for c in ("gtin", "quantity", "weight_g")] + [
        (3, c) for c in ("quantity", "sku", "weight_g")
    ]
    assert answer["problems"][0]["why"].startswith("'123' is not valid")


def test_case_and_spaces_of_a_header_do_not_count(send, world):
    answer = send(" SKU , Orıgın,HS_CODE,Attribute: Renk\nTEA-250,TR,701337,Mavi\n")

    world.variant.refresh_from_db()
    assert answer["problems"] == []
    assert (world.variant.origin, world.variant.hs_code) == ("TR", "701337")
    assert world.variant.attributes == {"Renk": "Mavi"}


def test_of_many_wrong_lines_the_first_are_named_and_all_are_counted(send, world):
    answer = send("sku,origin\n" + "TEA-250,Narnia\n" * 300)

    assert [x["line"] for x in answer["problems"]] == list(range(2, 202))
    assert answer["problem_count"] == 300


@pytest.mark.parametrize(
    ("start", "what"),
    [(b"PK\x03\x04", "a workbook (.xlsx, .ods)"), (b"\xd0\xcf\x11\xe0", "a workbook (.xls)"), (b"%PDF-1.4", "a PDF"),
     ("sku,origin".encode("utf-16"), "text in UTF-16"), ("sku,ışık".encode("windows-1254"), "byte 4 is not")],
)  # fmt: skip
def test_a_file_of_another_kind_says_how_to_save_it(send, start, what):
    detail = send(start, status=422)["detail"]

    assert what in detail and "save it from the spreadsheet as CSV UTF-8" in detail


def test_tabs_separate_cells_too(send, world):
    assert send("sku\torigin\nTEA-250\tTR\n") == {"changed": 1, "problems": [], "problem_count": 0}


def test_one_sheet_with_a_bad_and_a_good_row_takes_the_good_one(send, world):
    answer = send(f"sku,brand,origin\nTEA-251,{'x' * 200_000},TR\n\nTEA-250,,TR\n")

    world.variant.refresh_from_db()
    assert only(answer)[:2] == (2, "brand")
    assert (answer["changed"], world.variant.origin) == (1, "TR")


def test_lines_are_counted_as_an_editor_counts_them(send):
    answer = send('sku,brand\n\nTEA-250,"two\nlines"\n,,\nNOPE,x\n')

    assert only(answer)[:2] == (6, "sku")


@pytest.mark.parametrize(
    ("row", "why"),
    [("TEA-250", "has 1 cells; the header has 2"), ("TEA-250,TR,x", "has 3 cells; the header has 2"),
     ('TEA-250,"T"R', "a quotation mark is not closed"), ('TEA-250,"TR', "a quotation mark is not closed")],
)  # fmt: skip
def test_a_row_that_is_no_row_of_this_sheet_is_named(send, world, row, why):
    answer = send(f"sku,origin\n{GOOD}{row}\n")

    line, column, told = only(answer)
    assert (line, column, answer["changed"]) == (3, "", 1)
    assert why in told


def test_a_sku_that_is_told_two_things_keeps_the_first_and_the_other_is_named(send, world):
    answer = send("sku,origin,hs_code\nTEA-250,TR,701337\nTEA-250,DE,\n")

    world.variant.refresh_from_db()
    assert only(answer) == (3, "origin", "differs from line 2, which counts; say it once")
    assert (world.variant.origin, world.variant.hs_code) == ("TR", "701337")


def test_a_sku_that_is_told_two_parts_of_one_thing_is_taken_from_both(send, world):
    answer = send("sku,origin,hs_code\nTEA-250,TR,\nTEA-250,TR,701337\n")

    world.variant.refresh_from_db()
    assert answer["problems"] == []
    assert (world.variant.origin, world.variant.hs_code) == ("TR", "701337")


def test_an_attribute_without_a_name_is_named_and_the_other_columns_are_read(send, world):
    answer = send(f"sku,attribute: ,origin\n{GOOD.replace(',', ',Cam,')}")

    world.variant.refresh_from_db()
    assert only(answer)[:2] == (1, "attribute:")
    assert (world.variant.origin, world.variant.attributes) == ("TR", {})


@pytest.mark.parametrize(
    ("sheet", "connector", "why"),
    [
        ("sku,origin\n", "nope", "'nope' is not an installed marketplace; installed: trendyol"),
        ("sku,origin\n", "woocommerce", "'woocommerce' is not an installed marketplace"),
        ("kind,ours,theirs\n", None, "connector is needed for words; installed: trendyol"),
        ("sku,colour\n", None, "column 'colour' is not known; known: brand"),
        ("kind,ours,theirs,attribute:x\n", "trendyol", "column 'attribute:x' is not known"),
        ("sku,origin,origin\n", None, "column 'origin' stands twice"),
        ("sku,Origin, origin\n", None, "column 'origin' stands twice"),
        ("sku,attribute:Renk,attribute:renk\n", None, "column 'attribute:renk' stands twice"),
        ("sku,,origin\n", None, "column 2 has no name"),
        (b"sku\n\xff", None, "byte 4 is not"),
        ("", None, "must have sku (facts) or kind (words)"),
        ('"sku', None, "a quotation mark is not closed"),
    ],
)
def test_a_sheet_that_cannot_be_read_at_all_says_what_is_allowed(send, sheet, connector, why):
    assert why in send(sheet, connector, status=422)["detail"]


@pytest.fixture
def words(world, aydin):
    from entrepot.catalog.services import map_word
    from entrepot.channels.models import Taxon

    from .conftest import AT

    own = {"connector": "trendyol", "version": 1, "seen_at": AT}
    for kind, scope, ref, name, facts in (
        ("brand", "", "77", "Paşabahçe", {}),
        ("attribute", "411", "48", "Renk", {"custom": True}),
        ("attribute", "411", "49", "Beden", {"custom": False}),
        ("value", "411/49", "5", "M", {}),
    ):
        Taxon.objects.create(**own, kind=kind, scope=scope, ref=ref, name=name, folded=name.lower(), facts=facts)
    return map_word(seller_id=aydin.id, connector="trendyol", kind="brand", ours="Pasabahce", theirs_ref="77")


def test_a_word_that_they_do_not_have_changes_nothing_and_is_named(words, send):
    answer = send("kind,scope,ours,theirs\nbrand,,Pasabahce,Paşabahce Cam\n", "trendyol")

    words.refresh_from_db()
    line, column, why = only(answer)
    assert (line, column) == (2, "theirs")
    assert "'Paşabahce Cam' is no brand of trendyol in its list; nothing was changed" in why
    assert (words.theirs_ref, words.theirs_text) == ("77", "")


def test_a_word_of_ones_own_is_taken_only_where_they_take_it(words, send):
    answer = send("kind,scope,ours,theirs\nvalue,411/48,petrol,Petrol\nvalue,411/49,huge,XXXXL\n", "trendyol")

    assert answer["changed"] == 1
    assert only(answer)[:2] == (3, "theirs")


def test_a_word_that_is_said_twice_keeps_the_first(words, send):
    answer = send("kind,scope,ours,theirs\nvalue,411/48,Mavi,A\nvalue,411/48,MAVİ,B\n", "trendyol")

    assert only(answer) == (3, "theirs", "differs from line 2, which counts; say it once")
    assert answer["changed"] == 1
