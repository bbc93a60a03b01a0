"""A strict WooCommerce shop: REST API v3, its arithmetic, its webhooks and its habits."""

from .assemble import build

__all__ = ["build"]
