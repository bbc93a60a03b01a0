"""Everything that goes out: offers, content, intents; and what the remotes said of it."""

from .content import push_content as push_content
from .delays import measure_delays as measure_delays
from .intents import pursue_intents as pursue_intents
from .levels import compute_dirty as compute_dirty
from .offers import push_offers as push_offers
from .polls import poll_batches as poll_batches
from .retired import follow_retired as follow_retired
