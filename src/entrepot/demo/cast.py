"""Who takes part in the walk: a seller, people, a store and a marketplace with two storefronts."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from importlib import resources
from typing import TYPE_CHECKING

from entrepot.accounts.services import create_seller, create_user
from entrepot.channels import services as channels
from entrepot.pricing import services as pricing

from .remotes import Sandbox

if TYPE_CHECKING:
    from entrepot.accounts.models import Seller
    from entrepot.channels.models import Channel, Storefront

PASSWORD_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Cast:
    """The rows that the walk works with, and the panel's password."""

    seller: Seller
    store: Channel
    market: Channel
    home: Storefront
    abroad: Storefront
    password: str


def sample(name: str) -> bytes:
    """One of the project's own sample sheets."""
    return resources.files("entrepot.demo").joinpath("samples", name).read_bytes()


def gather(sandbox: Sandbox, at: datetime) -> Cast:
    """Make the cast: accounts and channels with the sandbox's credentials, storefronts TR and DE with their rules."""
    seller = create_seller(code="kehribar", name="Kehribar")
    password = secrets.token_urlsafe(PASSWORD_LENGTH)
    create_user(username="operator", password=password, role="operator")
    create_user(username="owner", password=password, role="owner", seller_id=seller.id)
    create_user(username="clerk", password=password, role="clerk", seller_id=seller.id)
    woo, ty = sandbox.credentials["woocommerce"], sandbox.credentials["trendyol"]
    store = channels.add_channel(
        seller_id=seller.id, slug="woocommerce", name="Kehribar Dükkân", base_url=woo["url"],
        secrets={name: woo[name] for name in ("consumer_key", "consumer_secret")}, at=at,
        # The simulator commits at once or never; a real shop is given minutes.
        settings={"hub.every.products": 4, "hub.every.stock": 3, "hub.every.fulfilments": 2, "hub.late_commit_s": 4},
    )  # fmt: skip
    market = channels.add_channel(
        seller_id=seller.id, slug="trendyol", name="Trendyol", base_url=ty["url"], account_ref=ty["seller_id"],
        secrets={name: ty[name] for name in ("api_key", "api_secret")}, at=at,
        settings={"hub.every.orders": 3, "hub.every.review": 1, "hub.every.observed": 8,
                  "hub.batch_patience_s": 10},
    )  # fmt: skip
    home = channels.open_storefront(seller_id=seller.id, channel_id=market.id, code="TR")
    abroad = channels.open_storefront(seller_id=seller.id, channel_id=market.id, code="DE")
    pricing.load_fx_csv(at=at, text=sample("fx.csv").decode().replace("TODAY", at.date().isoformat()))
    pricing.set_rule(
        seller_id=seller.id, storefront_id=abroad.id, markup_rate=Decimal("0.25"), vat_rate=Decimal("0.19"),
        fx_margin_rate=Decimal("0.02"), ending="0.99",
    )  # fmt: skip
    return Cast(seller, store, market, home, abroad, password)
