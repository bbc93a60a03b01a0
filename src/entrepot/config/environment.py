"""What the environment says, read once. Names, meanings and defaults: docs/settings.md."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg.conninfo

WEB_ROLE, WORKER_ROLE = "entrepot_web", "entrepot_worker"  # of PostgreSQL: config/database/roles.py


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


def pool_size() -> int:
    """Most database connections of one process, ``ENTREPOT_DB_POOL``; 0: no pool.

    Raises:
        ValueError: no whole number, or below 0.
    """
    size = number("ENTREPOT_DB_POOL", 50)
    if size < 0 or size != int(size):
        raise ValueError(f"ENTREPOT_DB_POOL must be a whole number, 0 or more, not {size:g}")
    return int(size)


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


def draining_mark(watcher: int) -> Path:
    """File that says that the web server with this process id serves what it has and wants no more."""
    return home() / f"web-{watcher}.draining"


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


def replace_kept(file_name: str, value: str) -> Path:
    """Put another secret in the place of one that is kept in the home, whole or not at all; where it is."""
    path = home() / file_name
    _draft(path, value).replace(path)
    return path


def _draft(path: Path, value: str) -> Path:
    """A file beside ``path`` that holds ``value``, readable by us only."""
    path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(value + "\n")
        file.flush()
        os.fsync(file.fileno())
    return draft


def _made(path: Path, value: str) -> str:
    """Write ``value`` unless another process was first; what is in the file then."""
    draft = _draft(path, value)
    try:
        os.link(draft, path)  # fails when it exists, and is never seen half written
    except FileExistsError:
        return path.read_text().strip()
    finally:
        draft.unlink()
    return value


def web_address(name: str, default: str) -> str:
    """The variable as an address of a web server, without a slash at its end.

    Raises:
        ValueError: it is none; names the variable.
    """
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    is_plain = not (parts.path or parts.query or parts.fragment or parts.username) and " " not in value
    try:
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and is_plain
    except ValueError:  # a port that is no number
        is_address = False
    if not is_address:
        raise ValueError(f"{name} must be an address such as https://hub.example:8000, not {value!r}")
    return value


def private_remotes(public_url: str) -> bool:
    """Whether remotes may be in our own network: ``ENTREPOT_PRIVATE_REMOTES``.

    By default where only this machine reaches us: then the sandbox is on it. A hub that others use must not lead them
    to what only it can reach.
    """
    is_for_us = urlsplit(public_url).hostname in ("127.0.0.1", "localhost", "::1")
    return flag("ENTREPOT_PRIVATE_REMOTES", default=is_for_us)


def fernet_keys(value: str) -> list[str]:
    """Keys for stored credentials, separated by commas or spaces; the first encrypts, all decrypt.

    Raises:
        ValueError: there is none, or one is no key; says which, never what it was.
    """
    keys = value.replace(",", " ").split()
    wrong = [place for place, key in enumerate(keys, start=1) if not _is_fernet_key(key)]
    if wrong or not keys:
        which = f"key {wrong[0]} is none" if wrong else "there is none"
        raise ValueError(f"ENTREPOT_CREDENTIAL_KEYS must be Fernet keys, 32 bytes in URL-safe base64: {which}")
    return keys


def _is_fernet_key(key: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(key)) == 32  # noqa: PLR2004 - source: Fernet's specification, "Key format"
    except ValueError:
        return False


def server_options(role: str) -> str:
    """What each connection says of itself when it is opened; ``role`` empty: none is taken."""
    # A transaction that sleeps holds up vacuum and the sequencer's readers (design §5).
    said = f"-c idle_in_transaction_session_timeout={round(number('ENTREPOT_DB_IDLE_S', 5) * 1000)}"
    return f"{said} -c role={role}" if role else said


def row_security() -> str:
    """Whether PostgreSQL itself keeps sellers apart: ``auto`` (where it can), ``required`` or ``off``.

    Raises:
        ValueError: something else.
    """
    value = text("ENTREPOT_ROW_SECURITY", "auto").lower()
    if value not in ("auto", "required", "off"):
        raise ValueError(f"ENTREPOT_ROW_SECURITY must be auto, required or off, not {value!r}")
    return value


def database(url: str, *, pool: int, role: str = "") -> dict[str, Any]:
    """Django's settings of a PostgreSQL URL; ``?host=`` may be a socket folder. ``pool`` 0: no pool.

    ``role``: the one that each connection takes from its first statement on.

    Raises:
        ValueError: it is not a PostgreSQL URL, or names no database.
    """
    try:
        parts = dict(psycopg.conninfo.conninfo_to_dict(url))
    except psycopg.ProgrammingError as error:
        raise ValueError(f"DATABASE_URL is not a PostgreSQL URL: {error}") from None
    if not (parts.get("dbname") or parts.get("service")):
        raise ValueError("DATABASE_URL names no database: postgresql://user:password@host:5432/name")
    options: dict[str, Any] = {"application_name": "entrepot", "connect_timeout": 10}
    options["options"] = server_options(role)
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
