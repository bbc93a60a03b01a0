"""What happened, and what has to be computed again."""

from .deliver import Happening as Happening
from .deliver import Subscriber as Subscriber
from .deliver import deliver_once as deliver_once
from .deliver import replay_parked as replay_parked

from .dirty import claim_dirty as claim_dirty
from .dirty import mark_dirty as mark_dirty
from .outbox import record as record
from .outbox import record_many as record_many
from .partitions import ensure_partitions as ensure_partitions
from .sequencer import sequence_once as sequence_once
from .states import move as move
from .states import move_many as move_many
