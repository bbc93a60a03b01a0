"""Entrepot: the hub through which sellers reach foreign marketplaces."""

__version__ = "0.1.0"
