"""Credentials at rest: encrypted with the first of several keys, readable with any of them."""

from __future__ import annotations

import json
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction

from entrepot.channels.models import Channel
from entrepot.core.errors import Refused

_SEALED = ("secrets", "webhook_secret")
_BATCH = 200  # channels locked at once; two decryptions each


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENTREPOT_CREDENTIAL_KEYS])


def seal(values: dict[str, str]) -> bytes:
    """``values`` encrypted with the newest key."""
    return _keys().encrypt(json.dumps(values).encode())


def unseal(token: bytes | memoryview) -> dict[str, str]:
    """What was sealed; empty when nothing was.

    Raises:
        Refused: none of the configured keys opens it.
    """
    if not bytes(token):
        return {}
    try:
        found: dict[str, str] = json.loads(_keys().decrypt(bytes(token)))
    except InvalidToken:
        raise Refused(
            "credentials cannot be opened: ENTREPOT_CREDENTIAL_KEYS lacks the key they were sealed with"
        ) from None
    return found


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did: channels sealed anew, those that were so already, and ids of those that no key opens."""

    rewritten: int
    kept: int
    lost: tuple[int, ...]


def rotate_secrets() -> Rotation:
    """Seal every channel's credentials with the first key of ENTREPOT_CREDENTIAL_KEYS, a batch a transaction.

    Run it after a new key was put in front and every process was started again. Killed, it is run again: what is
    sealed with the first key is left as it is. Where ``lost`` is empty, the other keys may go.
    """
    rewritten, kept, after = 0, 0, 0
    lost: list[int] = []
    while True:
        with transaction.atomic():
            rows = Channel.objects.system().filter(id__gt=after).order_by("id").select_for_update(no_key=True)
            batch = list(rows.only("id", *_SEALED)[:_BATCH])
            if not batch:
                return Rotation(rewritten, kept, tuple(lost))
            stale = [row for row in batch if _is_stale(row)]
            turned = [row for row in stale if _reseal(row)]
            Channel.objects.system().bulk_update(turned, _SEALED)
        rewritten += len(turned)
        kept += len(batch) - len(stale)
        lost += sorted({row.id for row in stale} - {row.id for row in turned})
        after = batch[-1].id


def stale_secrets() -> list[int]:
    """Channels with credentials that the first key alone does not open, by id: the other keys are still needed."""
    rows = Channel.objects.system().order_by("id").only("id", *_SEALED)
    return [row.id for row in rows.iterator(chunk_size=_BATCH) if _is_stale(row)]


def _is_stale(row: Channel) -> bool:
    first = Fernet(settings.ENTREPOT_CREDENTIAL_KEYS[0])
    return any(token and not _opens(first, token) for token in (bytes(getattr(row, name)) for name in _SEALED))


def _opens(key: Fernet, token: bytes) -> bool:
    try:
        key.decrypt(token)
    except InvalidToken:
        return False
    return True


def _reseal(row: Channel) -> bool:
    """Set the row's tokens anew, all or none; False when no key opens one of them."""
    try:
        turned = {name: _keys().rotate(token) for name in _SEALED if (token := bytes(getattr(row, name)))}
    except InvalidToken:
        return False
    for name, token in turned.items():
        setattr(row, name, token)
    return True
