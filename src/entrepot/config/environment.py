"""What the environment says, read once. Names, meanings and defaults: docs/settings.md."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path
from typing import Any

import psycopg.conninfo


def text(name: str, default: str = "") -> str:
    """The variable, or the default when it is unset or empty."""
    return os.environ.get(name) or default


def number(name: str, default: float) -> float:
    """The variable as a number.

    Raises:
        ValueError: it is not one; names the variable.
    """
    value = text(name)
    try:
        return float(value) if value else default
    except ValueError:
        raise ValueError(f"{name} must be a number, not {value!r}") from None


def flag(name: str, *, default: bool = False) -> bool:
    """The variable as yes or no: 1, true, yes, on."""
    value = text(name).lower()
    return value in {"1", "true", "yes", "on"} if value else default


def words(name: str, default: str = "") -> list[str]:
    """The variable split at commas."""
    return [w.strip() for w in text(name, default).split(",") if w.strip()]


def home() -> Path:
    """Where this installation keeps its files: ``ENTREPOT_HOME``, by default ``.entrepot`` here. Absolute."""
    return Path(text("ENTREPOT_HOME", ".entrepot")).expanduser().absolute()


def kept_secret(variable: str, file_name: str, make: Any = None) -> str:
    """The variable; else the secret kept in the home under ``file_name``, made on first use, readable by us only."""
    if value := text(variable):
        return value
    path = home() / file_name
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        return _made(path, (make or _token)())


def fernet_key() -> str:
    """A new key for stored credentials: 32 random bytes, URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _token() -> str:
    return secrets.token_urlsafe(50)


def _made(path: Path, value: str) -> str:
    """Write ``value`` unless another process was first; what is in the file then."""
    path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(value + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # fails when it exists, and is never seen half written
    except FileExistsError:
        return path.read_text().strip()
    finally:
        draft.unlink()
    return value


def database(url: str, *, pool: int) -> dict[str, Any]:
    """Django's settings of a PostgreSQL URL; ``?host=`` may be a socket folder. ``pool`` 0: no pool.

    Raises:
        ValueError: it is not a PostgreSQL URL.
    """
    try:
        parts = dict(psycopg.conninfo.conninfo_to_dict(url))
    except psycopg.ProgrammingError as error:
        raise ValueError(f"DATABASE_URL is not a PostgreSQL URL: {error}") from None
    options: dict[str, Any] = {"application_name": "entrepot", "connect_timeout": 10}
    # A transaction that sleeps holds up vacuum and the sequencer's readers (design §5).
    options["options"] = f"-c idle_in_transaction_session_timeout={round(number('ENTREPOT_DB_IDLE_S', 5) * 1000)}"
    if pool:
        options["pool"] = {"min_size": 1, "max_size": pool, "timeout": 30, "max_idle": 60}
    known = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    found = {name: str(parts.pop(key, "") or "") for name, key in known.items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **found,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**options, **parts},
    }
