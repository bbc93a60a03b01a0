"""Credentials at rest: encrypted with the first of several keys, readable with any of them."""

from __future__ import annotations

import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction

from entrepot.channels.models import Channel
from entrepot.core.errors import Refused


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


def rotate_secrets() -> int:
    """Seal every channel's credentials with the first key of ENTREPOT_CREDENTIAL_KEYS; the number rewritten.

    Run it after a new key was put in front; the old one may go when it has ended.
    """
    keys, done = _keys(), 0
    for channel_id in Channel.objects.system().order_by("id").values_list("id", flat=True):
        with transaction.atomic():
            channel = Channel.objects.system().select_for_update(no_key=True).get(id=channel_id)
            for name in ("secrets", "webhook_secret"):
                if bytes(getattr(channel, name)):
                    setattr(channel, name, keys.rotate(bytes(getattr(channel, name))))
            channel.save(update_fields=["secrets", "webhook_secret"])
            done += 1
    return done
