"""Cells of a list: saved once, compared with what was drawn, refused by name."""

from __future__ import annotations

from entrepot.catalog.models import FieldOwner

from .test_pages import address

LABELS = {
    "catalog.product": ["title", "brand", "category"],
    "catalog.variant": ["gtin", "weight_g", "origin", "vat_rate", "hs_code"],
}


def drawn(client, label):
    """What the browser would post of an untouched list."""
    formset = client.get(address(label)).context["cl"].formset
    data = {
        "_save": "Save",
        "form-TOTAL_FORMS": formset.total_form_count(),
        "form-INITIAL_FORMS": formset.initial_form_count(),
    }
    for form in formset.forms:
        data[f"{form.prefix}-id"] = form.instance.pk
        for name in LABELS[label]:
            value = form[name].value()
            data[f"{form.prefix}-{name}"] = data[f"initial-{form.prefix}-{name}"] = "" if value is None else str(value)
    return data


def cell(data, row, name):
    """The name of the input of one cell."""
    prefix = next(k.removesuffix("-id") for k, v in data.items() if k.endswith("-id") and v == row.pk)
    return f"{prefix}-{name}"


def test_changed_cells_are_saved_and_nothing_else(people, ours):
    first, second = ours.products
    data = drawn(people.aydin, "catalog.product")
    data[cell(data, first, "title")] = "İnce belli çay bardağı"

    answer = people.aydin.post(address("catalog.product"), data)

    assert answer.status_code == 302
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.title, first.state, first.brand) == ("İnce belli çay bardağı", "edited", "Paşabahçe")
    assert (second.title, second.state) == ("Çay bardağı 2", "new")
    assert FieldOwner.objects.get(product=first, field="title").owner == "hub"


def test_cells_of_many_rows_are_saved_at_once(people, ours):
    data = drawn(people.aydin, "catalog.variant")
    for variant, weight in zip(ours.variants, ("300", "0350"), strict=True):
        data[cell(data, variant, "weight_g")] = weight
        data[cell(data, variant, "vat_rate")] = "0.1"

    people.aydin.post(address("catalog.variant"), data)

    for variant in ours.variants:
        variant.refresh_from_db()
    assert [(v.weight_g, str(v.vat_rate)) for v in ours.variants] == [(300, "0.1000"), (350, "0.1000")]


def test_an_untouched_list_changes_nothing(people, ours):
    answer = people.aydin.post(address("catalog.product"), drawn(people.aydin, "catalog.product"))

    assert answer.status_code == 302
    assert {p.state for p in type(ours.products[0]).objects.all()} == {"new"}


def test_a_cell_that_somebody_else_changed_is_shown_and_not_overwritten(people, ours):
    product = ours.products[0]
    data = drawn(people.aydin, "catalog.product")
    data[cell(data, product, "title")] = "mine"
    type(product).objects.filter(pk=product.pk).update(title="theirs")

    answer = people.aydin.post(address("catalog.product"), data)

    product.refresh_from_db()
    page = answer.content.decode()
    assert (answer.status_code, product.title) == (200, "theirs")
    assert "changed meanwhile to &#x27;theirs&#x27;" in page
    assert 'value="mine"' in page
    # Who has seen it may overwrite it: what was drawn is now the other's value.
    again = {**data, f"initial-{cell(data, product, 'title')}": "theirs"}
    assert f'name="initial-{cell(data, product, "title")}" value="theirs"' in page
    assert people.aydin.post(address("catalog.product"), again).status_code == 302
    product.refresh_from_db()
    assert product.title == "mine"


def test_a_change_of_another_cell_of_the_row_is_no_race(people, ours):
    product = ours.products[0]
    data = drawn(people.aydin, "catalog.product")
    data[cell(data, product, "brand")] = "Kütahya"
    type(product).objects.filter(pk=product.pk).update(title="pulled meanwhile")

    people.aydin.post(address("catalog.product"), data)

    product.refresh_from_db()
    assert (product.title, product.brand) == ("pulled meanwhile", "Kütahya")


def test_a_bad_value_is_named_at_its_cell_and_nothing_is_saved(people, ours):
    first, second = ours.variants
    data = drawn(people.aydin, "catalog.variant")
    data[cell(data, first, "weight_g")] = "300"
    data[cell(data, second, "origin")] = "XX"

    answer = people.aydin.post(address("catalog.variant"), data)

    first.refresh_from_db()
    assert (answer.status_code, first.weight_g) == (200, 250)
    formset = answer.context["cl"].formset
    errors = {f.instance.pk: dict(f.errors) for f in formset.forms if f.errors}
    assert list(errors) == [second.pk]
    assert "ISO 3166" in errors[second.pk]["origin"][0]
    assert 'value="300"' in answer.content.decode()  # what was typed is not lost


def test_rows_that_came_meanwhile_do_not_move_the_inputs(people, ours):
    product = ours.products[0]
    data = drawn(people.aydin, "catalog.product")
    data[cell(data, product, "title")] = "x" * 301

    ours.add()
    answer = people.aydin.post(address("catalog.product"), data)

    pairs = zip(answer.context["cl"].result_list, answer.context["cl"].formset.forms, strict=True)
    assert all(row.pk == form.instance.pk for row, form in pairs)


def test_a_gtin_keeps_its_zeros(people, ours):
    data = drawn(people.aydin, "catalog.variant")
    data[cell(data, ours.variants[0], "gtin")] = (
        "00012345600012"  # GTIN-14, check digit by GS1 General Specifications §7.9
    )

    people.aydin.post(address("catalog.variant"), data)

    ours.variants[0].refresh_from_db()
    assert ours.variants[0].gtin == "00012345600012"


def test_an_operator_saves_cells_of_two_sellers_at_once(people, ours, theirs):
    data = drawn(people.operator, "catalog.product")
    for product in (ours.products[0], theirs.products[0]):
        data[cell(data, product, "brand")] = "Both"

    people.operator.post(address("catalog.product"), data)

    ours.products[0].refresh_from_db()
    theirs.products[0].refresh_from_db()
    assert (ours.products[0].brand, theirs.products[0].brand) == ("Both", "Both")


def test_clerks_have_no_cells_and_are_refused(people, ours):
    listed = people.clerk.get(address("catalog.product"))
    data = drawn(people.aydin, "catalog.product")
    data[cell(data, ours.products[0], "title")] = "mine"

    assert listed.context["cl"].formset is None
    assert 'class="cell"' not in listed.content.decode()
    assert people.clerk.post(address("catalog.product"), data).status_code == 403
    ours.products[0].refresh_from_db()
    assert ours.products[0].title == "Çay bardağı 1"


def test_another_sellers_cell_does_not_exist(people, ours, theirs):
    data = drawn(people.borealis, "catalog.product")
    data[cell(data, theirs.products[0], "title")] = "mine"
    key = next(k for k, v in data.items() if k.endswith("-id") and v == theirs.products[0].pk)
    data[key] = ours.products[0].pk

    assert people.borealis.post(address("catalog.product"), data).status_code == 404
    ours.products[0].refresh_from_db()
    assert ours.products[0].title == "Çay bardağı 1"


def test_a_form_that_is_none_of_ours_is_refused(people, ours):
    assert people.aydin.post(address("catalog.product"), {"_save": "Save", "form-TOTAL_FORMS": "x"}).status_code == 404
    assert (
        people.aydin.post(address("catalog.product"), {"_save": "Save", "form-TOTAL_FORMS": "99999"}).status_code == 404
    )
