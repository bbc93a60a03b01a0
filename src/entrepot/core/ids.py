"""Identifiers that we make."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from typing import Any


def event_id() -> uuid.UUID:
    """A random identity for something that happened once."""
    return uuid.uuid4()


def reference(kind: str, subject_id: int, attempt: int = 1) -> str:
    """Our reference of something created on a remote; the same for every retry: ``EN-order-42-1``."""
    return f"EN-{kind}-{subject_id}-{attempt}"


def token() -> str:
    """An unguessable text of 43 characters that is safe in a URL and in HTML (no ``& < > " '``)."""
    return secrets.token_urlsafe(32)


def fingerprint(value: Any) -> str:
    """32 hex digits that are equal when, and only when, two JSON-able values are: key order does not matter."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
