"""From what a person types to the row that is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from entrepot.core.errors import Invalid, Refused

from .session import OPERATOR

if TYPE_CHECKING:
    from entrepot.accounts.models import Seller
    from entrepot.channels.models import Channel

SellerCode = Annotated[str, typer.Option("--seller", help="Code of the seller.")]
MaybeSeller = Annotated[str | None, typer.Option("--seller", help="Code of the seller, where names repeat.")]
ChannelName = Annotated[str, typer.Argument(help="Number or name of the channel.", metavar="CHANNEL")]


def seller(code: str) -> Seller:
    """The seller of this code.

    Raises:
        Refused: there is none.
    """
    from entrepot.accounts.models import Seller
    from entrepot.accounts.queries import seller_by_code

    try:
        return seller_by_code(code=code)
    except Seller.DoesNotExist:
        raise Refused(f"there is no seller {code!r}; `entrepot seller list` shows all") from None


def channel(text: str, seller_code: str | None = None) -> Channel:
    """The channel of this number or name.

    Raises:
        Refused: none, or several of this name.
    """
    from entrepot.channels.models import Channel

    rows = Channel.objects.for_actor(OPERATOR)
    if seller_code is not None:
        rows = rows.filter(seller_id=seller(seller_code).id)
    is_number = text.isascii() and text.isdigit() and len(text) < 19  # noqa: PLR2004 - what a bigint holds
    found = list(rows.filter(id=int(text))) if is_number else []
    found = found or list(rows.filter(name=text.replace("\x00", "")).order_by("id"))
    if not found:
        raise Refused(f"there is no channel {text!r}; `entrepot channel list` shows all")
    if len(found) > 1:
        raise Refused(f"{len(found)} channels are called {text!r}: give the number, or --seller")
    return found[0]


def pairs(texts: list[str], *, what: str) -> dict[str, str]:
    """``NAME=VALUE`` texts as a dict.

    Raises:
        Invalid: one has no ``=``.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise Invalid(what, repr(name), "must be NAME=VALUE")
        found[name] = value
    return found
