"""Sellers, the people and keys that act for them."""
