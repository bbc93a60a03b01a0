"""Writes of fulfilment: packages as told, moves that we ask for, labels."""

from .apply import Told as Told
from .apply import apply_told as apply_told
from .erase import erase_labels as erase_labels
from .erase import package_refs as package_refs
from .give_up import give_up_by_rule as give_up_by_rule
from .give_up import give_up_order as give_up_order
from .labels import keep_label as keep_label
from .labels import make_label as make_label
from .labels import plan_labels as plan_labels
from .moves import confirm_move as confirm_move
from .moves import follow_stores as follow_stores
from .moves import note_stuck as note_stuck
from .moves import package_move as package_move
from .moves import plan_move as plan_move
from .moves import refuse_move as refuse_move
from .moves import set_invoice_number as set_invoice_number
