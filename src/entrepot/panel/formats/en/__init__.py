"""Formats of dates and numbers in one language."""
