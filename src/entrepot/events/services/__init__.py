"""What events offers: record, move, mark, claim marks, deliver, replay."""

from .deliver import deliver_once as deliver_once
from .deliver import is_transient as is_transient
from .dirty import claim_dirty as claim_dirty
from .dirty import mark_dirty as mark_dirty
from .move import move as move
from .move import move_many as move_many
from .partitions import drop_old_partitions as drop_old_partitions
from .partitions import ensure_partitions as ensure_partitions
from .record import Happening as Happening
from .record import record as record
from .record import record_many as record_many
from .replay import drop_parked as drop_parked
from .replay import replay_parked as replay_parked
from .sequence import sequence_once as sequence_once
from .steps import Path as Path
from .steps import move_along as move_along
from .subscribers import Event as Event
