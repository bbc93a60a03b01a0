"""The database: the server that ``DATABASE_URL`` names, or a real PostgreSQL 18 that we own."""

from .errors import DatabaseDownError as DatabaseDownError
from .handle import DatabaseHandle as DatabaseHandle
from .handle import ensure_database as ensure_database
from .tools import backup as backup
from .tools import check_backup as check_backup
from .tools import psql as psql
from .tools import restore as restore
from .tools import status as status
