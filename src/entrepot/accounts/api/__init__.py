"""Sellers, people and keys over HTTP."""

from ninja import Router

from .members import router as members
from .sellers import SellerId as SellerId
from .sellers import acting_seller as acting_seller
from .sellers import router as sellers

routers: tuple[Router, ...] = (sellers, members)
