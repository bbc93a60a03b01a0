"""Where an installation keeps its own files, and the keys it makes for itself on first start."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet


def home() -> Path:
    """``ENTREPOT_HOME`` (default ``.entrepot``), absolute, made when missing."""
    path = Path(os.environ.get("ENTREPOT_HOME", ".entrepot")).absolute()
    path.mkdir(parents=True, exist_ok=True)
    return path


def secret_key() -> str:
    """``ENTREPOT_SECRET_KEY``, or one made for this home and kept in it, readable by its owner only."""
    return os.environ.get("ENTREPOT_SECRET_KEY") or _kept("secret.key", lambda: secrets.token_urlsafe(50))


def credential_keys() -> list[str]:
    """``ENTREPOT_CREDENTIAL_KEYS``, newest first and separated by commas, or one kept in this home."""
    given = os.environ.get("ENTREPOT_CREDENTIAL_KEYS", "")
    return [k.strip() for k in given.split(",") if k.strip()] or [
        _kept("credential.key", lambda: Fernet.generate_key().decode())
    ]


def _kept(name: str, make: object) -> str:
    path = home() / name
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        text: str = make()  # type: ignore[operator]
        file.write(text)
    return text
