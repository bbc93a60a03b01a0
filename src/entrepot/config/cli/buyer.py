"""``entrepot buyer``: what is held of a buyer, shown or forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from entrepot.core.clock import now
from entrepot.core.errors import Refused

from . import find, show
from .session import OPERATOR, ready

if TYPE_CHECKING:
    from entrepot.orders.models import Order

app = typer.Typer(no_args_is_help=True, help="Buyers' data: export and erase.")
OrderRef = Annotated[str, typer.Option("--order", help="The channel's number of the order.")]
Email = Annotated[str, typer.Option(help="Every order with this mail address.")]
Phone = Annotated[str, typer.Option(help="Every order with this telephone number.")]


@app.command("export")
def export(seller: find.SellerCode, order: OrderRef = "", email: Email = "", phone: Phone = "") -> None:
    """Print everything that is held of a buyer, as JSON."""
    with ready():
        from entrepot.ingress.services import export_buyer

        rows = _orders(seller, order, email, phone)
        show.as_json([export_buyer(who=OPERATOR, order_id=row.id) for row in rows])


@app.command("erase")
def erase(
    seller: find.SellerCode,
    order: OrderRef = "",
    email: Email = "",
    phone: Phone = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: show.AsJson = False,
) -> None:
    """Forget a buyer: names, addresses, labels, raw messages. Amounts and goods stay. Ends with 1 when refused."""
    with ready():
        from entrepot.ingress.services import erase_buyer

        rows = _orders(seller, order, email, phone)
        if not yes and not typer.confirm(f"Erase the buyer of {len(rows)} orders for good?"):
            raise typer.Exit(1)
        found = []
        for row in rows:
            try:
                counts = erase_buyer(who=OPERATOR, order_id=row.id, at=now())
                found.append({"order": row.order_ref, **counts, "refused": ""})
            except Refused as refused:
                none = dict.fromkeys(("parties", "labels", "receipts", "set_aside"), 0)
                found.append({"order": row.order_ref, **none, "refused": str(refused)})
        show.rows(found, json_wanted=json)
        raise typer.Exit(int(any(one["refused"] for one in found)))


def _orders(seller: str, order: str, email: str, phone: str) -> list[Order]:
    from entrepot.orders.services.buyers import orders_of_buyer

    rows = orders_of_buyer(seller_id=find.seller(seller).id, order_ref=order, email=email, phone=phone)
    if not rows:
        raise Refused("there is no such order")
    return rows
