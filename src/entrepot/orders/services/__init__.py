"""Writes of orders: intake, review, and what the store said."""

from .cancel import cancel_by_remote as cancel_by_remote
from .cancel import confirm_cancelled as confirm_cancelled
from .export import note_store_order as note_store_order
from .export import plan_export as plan_export
from .export import sales_order as sales_order
from .export import fail_export as fail_export
from .export import settle_export as settle_export
from .intake import Taken as Taken
from .intake import take_order as take_order
from .review import approve_orders as approve_orders
from .review import cancel_order as cancel_order
from .review import edit_lines as edit_lines
from .review import edit_party as edit_party
from .review import hold_orders as hold_orders
from .review import retry_export as retry_export
from .review import set_note as set_note
