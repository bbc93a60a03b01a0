"""Trendyol: a marketplace of Türkiye with storefronts abroad. Start at spec.py."""

from .spec import SPEC as SPEC
