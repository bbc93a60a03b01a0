"""Where the database is."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

NAME = "entrepot"
_SOCKET_PATH_MAX = 90  # a unix socket's path holds 107 bytes, of which its name takes some


def parameters(home: Path) -> dict[str, Any]:
    """Django's NAME, USER, PASSWORD, HOST and PORT.

    Raises:
        ValueError: DATABASE_URL is not a postgresql:// address with a database name.
    """
    url = os.environ.get("DATABASE_URL")
    return from_url(url) if url else {"NAME": NAME, "USER": NAME, "HOST": str(socket_folder(home)), "PORT": "", "PASSWORD": ""}


def from_url(url: str) -> dict[str, Any]:
    """The parts of a ``postgresql://user:password@host:port/name`` address; ``?host=/folder`` names a socket."""
    parts = urlsplit(url)
    name = parts.path.lstrip("/")
    if parts.scheme not in ("postgresql", "postgres") or not name:
        raise ValueError("DATABASE_URL must look like postgresql://user:password@host:5432/name")
    host = parse_qs(parts.query).get("host", [unquote(parts.hostname or "")])[0]
    return {
        "NAME": unquote(name), "USER": unquote(parts.username or ""), "PASSWORD": unquote(parts.password or ""),
        "HOST": host, "PORT": str(parts.port or ""),
    }  # fmt: skip


def socket_folder(home: Path) -> Path:
    """Where the embedded server's socket lies: beside its data, or in a short private folder when that is too deep."""
    near = home / "run"
    if len(str(near)) <= _SOCKET_PATH_MAX:
        return near
    digest = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"entrepot-{os.getuid()}-{digest}"
