"""Who was wrong too often has to wait: a name at one address, an address whatever the names, an address with keys.

A try is counted before it is looked at, so that a hundred at once are not more than a hundred in a row; what turns out
right is taken off again. A pause as long as the wait forgets all. Rows in PostgreSQL: every web process sees the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Expression, F, Q, Subquery
from django.utils.crypto import salted_hmac
from structlog import get_logger

from entrepot.accounts.models import Tries
from entrepot.core.errors import Refused

log = get_logger(__name__)

# A try beyond the limit moves no time: a lock-out ends when it was said to, however often somebody asks meanwhile.
_TAKE = """
INSERT INTO accounts_tries AS t (door, name_hash, address, count, last_at) VALUES (%s, %s, %s, 1, %s)
ON CONFLICT (door, name_hash, address) DO UPDATE SET
    count = CASE WHEN t.last_at <= %s THEN 1 ELSE t.count + 1 END,
    last_at = CASE WHEN t.last_at > %s AND t.count >= %s THEN t.last_at ELSE EXCLUDED.last_at END
RETURNING count, last_at"""


class TooManyTries(Refused):
    """Too many wrong passwords or keys; ``wait_s`` whole seconds until the next one is looked at."""

    def __init__(self, wait: timedelta) -> None:
        self.wait_s = max(1, math.ceil(wait.total_seconds()))
        super().__init__(f"too many wrong tries from this address: wait {self.wait_s} s")


@dataclass(frozen=True, slots=True)
class _Limit:
    most: int  # 0: none
    wait: timedelta


def begin_login(*, name: str, address: str, at: datetime) -> None:
    """Count a try to log in as ``name``, who need not exist. Call it before the password is looked at.

    Raises:
        TooManyTries: nothing is counted then, and the password must not be looked at.
    """
    wait = timedelta(seconds=settings.ENTREPOT_LOGIN_WAIT_S)
    with transaction.atomic():
        _take("login", _hash(name), address, _Limit(settings.ENTREPOT_LOGIN_TRIES, wait), at)
        _take("login", "", address, _Limit(settings.ENTREPOT_ADDRESS_TRIES, wait), at)


def end_login(*, name: str, address: str) -> None:
    """The password was right: the name starts again from none, and of the address this try is taken off."""
    Tries.objects.filter(door="login", name_hash=_hash(name), address=address).delete()
    Tries.objects.filter(door="login", name_hash="", address=address, count__gt=0).update(count=F("count") - 1)


def count_wrong_key(*, address: str, at: datetime) -> None:
    """Count a key that nobody has.

    Raises:
        TooManyTries: too many came from there already.
    """
    with transaction.atomic():
        _take("key", "", address, _key_limit(), at)


def shut_for_keys(*, address: str, at: datetime) -> Expression:
    """For ``annotate``: when the last wrong key came from an address that has to wait; null: keys are looked at."""
    limit = _key_limit()
    shut = Q(count__gte=limit.most, last_at__gt=at - limit.wait) if limit.most else Q(pk__in=[])
    return Subquery(Tries.objects.filter(shut, door="key", address=address).values("last_at")[:1])


def key_wait(*, last_at: datetime, at: datetime) -> TooManyTries:
    """What to raise for an address whose last counted wrong key came at ``last_at``."""
    return TooManyTries(last_at + _key_limit().wait - at)


def forget_name(*, name: str) -> int:
    """Lift the lock-out of a name at every address; how many there were."""
    return Tries.objects.filter(door="login", name_hash=_hash(name)).delete()[0]


def forget_address(*, address: str) -> int:
    """Lift every lock-out of an address, of names and of keys; how many counts there were."""
    return Tries.objects.filter(address=address).delete()[0]


def forget_old_tries(*, at: datetime) -> int:
    """Drop the counts that time has lifted; how many."""
    longest = max(settings.ENTREPOT_LOGIN_WAIT_S, settings.ENTREPOT_KEY_WAIT_S)
    return Tries.objects.filter(last_at__lte=at - timedelta(seconds=longest)).delete()[0]


def _key_limit() -> _Limit:
    return _Limit(settings.ENTREPOT_KEY_TRIES, timedelta(seconds=settings.ENTREPOT_KEY_WAIT_S))


def _take(door: str, name_hash: str, address: str, limit: _Limit, at: datetime) -> None:
    if not limit.most:
        return
    since = at - limit.wait
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [door, name_hash, address, at, since, since, limit.most])
        count, last_at = cursor.fetchone()
    if count > limit.most:
        raise TooManyTries(last_at + limit.wait - at)
    if count == limit.most:
        log.warning("accounts.last_try", door=door, address=address)


def _hash(name: str) -> str:
    return salted_hmac("entrepot.accounts.tries", name.casefold(), algorithm="sha256").hexdigest()
