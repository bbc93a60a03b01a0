"""The one locked ledger of stock: readings, reservations, what the store took, shortages."""

from .buffers import measure_paces as measure_paces
from .buffers import record_delays as record_delays
from .buffers import set_buffer as set_buffer
from .pieces import give_back_some as give_back_some
from .promises import absorb as absorb
from .promises import draw_from as draw_from
from .promises import forget as forget
from .promises import give_back as give_back
from .promises import lock_promised as lock_promised
from .promises import lower as lower
from .promises import release as release
from .promises import reserve as reserve
from .readings import record_pass as record_pass
from .readings import record_readings as record_readings
from .shortages import end_covered as end_covered
