"""Writes of the catalogue."""

__all__ = ["FACT_COLUMNS"]

from .apply import Applied as Applied
from .apply import apply_products as apply_products
from .edit import approve_products as approve_products
from .edit import edit_products as edit_products
from .edit import edit_variants as edit_variants
from .edit import reject_products as reject_products
from .facts import COLUMNS as FACT_COLUMNS
from .facts import import_facts as import_facts
from .mapping import map_word as map_word
from .mapping import unmap_word as unmap_word
from .vanish import unpublish_missing as unpublish_missing
