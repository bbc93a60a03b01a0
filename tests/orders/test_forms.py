"""What a person types about an order on the panel."""

from __future__ import annotations

import pytest

from entrepot.core.errors import Invalid
from entrepot.orders.forms import edit_address, edit_skus, line_fields, party_fields
from entrepot.orders.models import Party

from .conftest import AT, line, package

pytestmark = pytest.mark.django_db


def test_a_sku_that_the_seller_does_not_have_is_named_with_its_line(desk):
    order = desk.tell(package(lines=[line("1", "GHOST")])).order
    (name,) = line_fields(None, order)

    with pytest.raises(Invalid, match="'CUPS' is not a SKU of this seller"):
        edit_skus(seller_id=desk.seller_id, order_id=order.id, at=AT, **{name: " CUPS "})

    edit_skus(seller_id=desk.seller_id, order_id=order.id, at=AT, **{name: " CUP "})
    assert desk.held("CUP") == 1


def test_an_address_is_asked_for_as_it_is_kept_and_loses_its_empty_lines(desk):
    order = desk.tell(package()).order
    asked = {name: field.initial for name, field in party_fields("ship_to")(None, order).items()}
    assert (asked["lines"], asked["city"]) == ("Iğdır Sk. 3/B", "İzmir")

    typed = {**asked, "lines": " Yeni Sk. 1 \n\n Kat 2", "country": " de "}
    edit_address(seller_id=desk.seller_id, order_id=order.id, role="ship_to", at=AT, **typed)

    kept = Party.objects.system().get(order=order, role="ship_to")
    assert (kept.lines, kept.country) == (["Yeni Sk. 1", "Kat 2"], "DE")
