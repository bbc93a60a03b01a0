"""Writes of the catalogue."""

__all__ = ["FACT_COLUMNS"]

from .apply import Applied as Applied
from .apply import apply_products as apply_products
from .categories import keep_categories as keep_categories
from .categories import with_paths as with_paths
from .edit import edit_products as edit_products
from .edit import edit_variants as edit_variants
from .facts import COLUMNS as FACT_COLUMNS
from .facts import import_facts as import_facts
from .facts import wrong_facts as wrong_facts
from .kits import make_kit as make_kit
from .mapping import learn_words as learn_words
from .mapping import look_again as look_again
from .mapping import map_word as map_word
from .mapping import unmap_word as unmap_word
from .merge import Merged as Merged
from .merge import Verdict as Verdict
from .merge import merge_products as merge_products
from .owners import give_back as give_back
from .owners import give_back_field as give_back_field
from .owners import own_field as own_field
from .passes import approve_missing as approve_missing
from .pools import share_stock as share_stock
from .review import approve_products as approve_products
from .review import archive_products as archive_products
from .review import reject_products as reject_products
from .review import restore_products as restore_products
from .review import submit_products as submit_products
from .staging import stage as stage
from .vanish import Missed as Missed
from .vanish import unpublish_missing as unpublish_missing
