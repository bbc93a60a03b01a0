"""Purchases: intake, review, export to the store."""
