"""What jobs offers: claims on rows, wake-ups, and runs with progress."""

from .claims import claim as claim
from .claims import close as close
from .claims import give_back_all as give_back_all
from .claims import give_back_of_the_dead as give_back_of_the_dead
from .claims import heartbeat as heartbeat
from .claims import release as release
from .claims import worker_name as worker_name
from .lanes import LANES as LANES
from .lanes import Drainer as Drainer
from .runs import advance_run as advance_run
from .runs import begin_run as begin_run
from .runs import cancel_run as cancel_run
from .runs import finish_run as finish_run
from .runs import start_run as start_run
from .stopping import STOPPING as STOPPING
from .wake import wake as wake
