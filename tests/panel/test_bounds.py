"""Numbers and texts beyond all measure: every form and every cell refuses them in words, and no page fails."""

from __future__ import annotations

import pytest
from django import forms
from django.db import DataError

from entrepot.inventory.models import Buffer, StockLevel

from .test_buttons import all_buttons, press, press_list
from .test_cells import LABELS, cell, drawn
from .test_pages import address, own_row, shared_rows

NASTY = ("99999999999999999999", "-99999999999999999999", "1e400", "0.1234567890123", "NaN", "9" * 5000, "x\x00y")


def asking():
    return [pytest.param(label, b, id=f"{label}-{b.name}") for label, b in all_buttons() if b.ask]


def typed(form, nasty):
    """An answer for every field: ``nasty`` where one types, the first choice where one chooses."""
    answers = {}
    for name, field in form.fields.items():
        if isinstance(field, forms.ChoiceField):
            answers[name] = next((key for key, _ in field.choices if key not in ("", None)), "")
        elif not isinstance(field, (forms.FileField, forms.BooleanField)):
            answers[name] = nasty
    return answers


@pytest.mark.parametrize(("label", "button"), asking())
def test_a_form_with_numbers_beyond_all_measure_is_refused_and_never_fails(people, ours, label, button):
    shared_rows()
    client = people.operator
    row = own_row(label, ours)
    at = ("press", row.pk, button.name) if button.on == "row" else ("list_press", button.name)

    asked = client.get(address(label, *at))
    for nasty in NASTY:
        answer = client.post(address(label, *at), typed(asked.context["form"], nasty))
        assert answer.status_code < 500, nasty
        numbers = [f for f in asked.context["form"].fields.values() if isinstance(f, (forms.IntegerField,))]
        assert answer.status_code == 422 or not numbers, nasty


@pytest.mark.parametrize(("label", "name"), [(label, name) for label, names in LABELS.items() for name in names])
def test_a_cell_with_a_value_beyond_all_measure_says_so_and_keeps_the_row(people, ours, label, name):
    row = own_row(label, ours)
    before = getattr(row, name)

    for nasty in NASTY:
        data = drawn(people.aydin, label)
        data[cell(data, row, name)] = nasty
        answer = people.aydin.post(address(label), data)
        row.refresh_from_db()
        if answer.status_code == 302:  # it is a text like any other
            assert getattr(row, name) == nasty
            type(row).objects.filter(pk=row.pk).update(**{name: before})
            continue
        assert answer.status_code == 200
        assert getattr(row, name) == before
        (form,) = [f for f in answer.context["cl"].formset.forms if f.errors]
        assert (form.instance.pk, list(form.errors)) == (row.pk, [name])


def test_what_a_service_lets_through_and_the_database_refuses_is_named_at_its_cell(people, ours, monkeypatch):
    row = ours.variants[0]
    data = drawn(people.aydin, "catalog.variant")
    data[cell(data, row, "weight_g")] = "99999999999"

    def careless(**_given):
        raise DataError("integer out of range")

    monkeypatch.setattr("entrepot.catalog.admin.variants.VariantPage.save_cells", staticmethod(careless))
    answer = people.aydin.post(address("catalog.variant"), data)

    errors = {f.instance.pk: dict(f.errors) for f in answer.context["cl"].formset.forms if f.errors}
    assert errors == {row.pk: {"weight_g": ["must be from 0 to 2147483647"]}}


def test_what_the_column_holds_is_what_the_form_takes(people, ours):
    level, buffer = StockLevel.objects.get(variant=ours.variants[0]), Buffer.objects.get(variant=ours.variants[0])

    most = press(people.aydin, "inventory.stocklevel", level, "count", on_hand="2147483647")
    more = press(people.aydin, "inventory.stocklevel", level, "count", on_hand="2147483648")
    less = press(people.aydin, "inventory.buffer", buffer, "change", pieces="-1", fraction="0")
    finer = press(people.aydin, "inventory.buffer", buffer, "change", pieces="1", fraction="0.1234")
    large = press_list(people.aydin, "inventory.buffer", "add", storefront_id="", sku="", pieces="9" * 14, fraction="0")

    assert [a.status_code for a in (most, more, less, finer, large)] == [302, 422, 422, 422, 422]
    assert "2147483647" in more.content.decode()
    assert "3 decimal places" in finer.content.decode()
    assert Buffer.objects.count() == len(ours.variants)
