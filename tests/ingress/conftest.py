"""The desk of the orders' tests."""

from tests.orders.conftest import desk

__all__ = ["desk"]
