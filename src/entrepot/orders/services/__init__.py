"""Writes of orders: intake, review, and what the store said."""

from .cancel import cancel_by_remote as cancel_by_remote
from .cancel import cancel_in_store as cancel_in_store
from .cancel import confirm_cancelled as confirm_cancelled
from .cancel import refuse_cancel as refuse_cancel
from .export import begin_exports as begin_exports
from .export import fail_export as fail_export
from .export import plan_exports as plan_exports
from .follow import note_store_order as note_store_order
from .follow import note_store_orders as note_store_orders
from .intake import Taken as Taken
from .intake import take_order as take_order
from .intake import take_orders as take_orders
from .review import approve_orders as approve_orders
from .review import cancel_order as cancel_order
from .review import edit_lines as edit_lines
from .review import edit_party as edit_party
from .review import hold_orders as hold_orders
from .review import retry_export as retry_export
from .review import set_note as set_note
from .sale import asked_order as asked_order
from .sale import sales_order as sales_order
from .settle import confirm_waybills as confirm_waybills
from .settle import note_waybills as note_waybills
from .settle import settle_export as settle_export
from .settle import settle_exports as settle_exports
