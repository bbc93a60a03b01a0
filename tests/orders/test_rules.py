"""docs/rules/order-life.md says what the code does."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from entrepot.channels import services as channels
from entrepot.orders import services as orders
from entrepot.orders.states import CANCEL, CANCEL_ACTIONS, INTENTS
from entrepot.pricing.services import load_fx_csv

from .conftest import AT, line, package

PAGE = Path(__file__).parents[2] / "docs" / "rules" / "order-life.md"


def table(header):
    """The rows of the table that starts with ``header``, as cells."""
    lines = PAGE.read_text("utf-8").splitlines()
    start = next(i for i, text in enumerate(lines) if text.startswith(f"| {header} |"))
    rows = []
    for text in lines[start + 2 :]:
        if not text.startswith("|"):
            break
        rows.append([cell.strip() for cell in text.strip("|").split("|")])
    assert rows
    return rows


def test_the_table_of_cancels_is_the_tables_own():
    told = {state: dict(zip(INTENTS, cells, strict=True)) for state, *cells in table("order")}

    assert told == {state: {i: cell[0] for i, cell in cells.items()} for state, cells in CANCEL.items()}


def test_every_action_is_explained_in_the_same_words():
    text = " ".join(PAGE.read_text("utf-8").split())
    for name, meaning in CANCEL_ACTIONS.items():
        assert f"* **{name}**: {meaning}." in text


@pytest.mark.parametrize("row", table("units × price"), ids=lambda r: " ".join(r))
def test_the_sum_check_finds_the_difference(desk, row):
    units, averaged, shipping, total, difference = row
    quantity, price = units.split(" × ")
    off = {"unit_seller_discount": Decimal(1)} if averaged == "yes" else {}

    desk.tell(
        package(
            lines=[line(quantity=int(quantity), price=price, **off)], shipping=Decimal(shipping), total=Decimal(total)
        )
    )

    assert desk.order().difference == Decimal(difference)
    assert bool(desk.order().hold_reason) == (Decimal(difference) != 0)


@pytest.mark.parametrize("row", table("paid"), ids=lambda r: " ".join(r))
def test_a_converted_order_has_the_total_of_the_page(desk, row):
    paid, rate, there = row
    sold = {"seller_id": desk.seller_id, "channel_id": desk.store.id}
    channels.bind_many(**sold, kind="variant", pairs=[(desk.variants["TEA"], "10", "1")])
    channels.change_settings(**sold, settings={"store.currency": "TRY", "hub.order_currency": "convert"})
    load_fx_csv(at=AT, text=f"day,base,quote,rate\n{AT.date()},EUR,TRY,{rate}\n")
    desk.tell(package(lines=[line(price=paid)], currency="EUR"))
    intent = channels.plan_intent(**sold, kind="store_order", subject_id=desk.order().id, at=AT)
    desk.store.refresh_from_db()

    sale = orders.sales_order(order=desk.order(), intent=intent, store=desk.store)

    assert (sale.total, sale.currency) == (Decimal(there), "TRY")
