"""One PostgreSQL server process: make its data, start it, ask it, stop it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from .errors import DatabaseDownError
from .places import Places

NAME = "entrepot"  # of the database and of its role
_READY_S, _STOP_S, _RETRY_S = 30.0, 20.0, 10.0
_LOG_MAX = 10_000_000
_PASSES = (
    "already exists",
    "still in use",
    "is being used",
    "starting up",
    "shutting down",
)  # of an old one, on its way out

OPTIONS = {
    "listen_addresses": "",  # the socket only
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "jit": "off",  # costs more than it saves on statements of milliseconds
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] %a ",
    "timezone": "UTC",
}


class Server:
    """The server of one home. Only the owner (``owner.py``) starts and stops it."""

    def __init__(self, places: Places, options: Mapping[str, str] | None = None) -> None:
        self.places, self.options = places, {**OPTIONS, **(options or {})}
        self.process: subprocess.Popen[bytes] | None = None
        self.adopted_pid: int | None = None  # of a server that outlived its owner

    @property
    def url(self) -> str:
        """Its address for libpq, psycopg and Django."""
        return f"postgresql://{NAME}@/{NAME}?host={quote(str(self.places.sockets), safe='')}"

    def answers(self) -> bool:
        """Whether a server answers on the socket."""
        return self._run("pg_isready", "-q", "-d", "postgres").returncode == 0

    def is_alive(self) -> bool:
        """Whether the process that we started, or adopted, is there."""
        if self.process is not None:
            return self.process.poll() is None
        return self.adopted_pid is not None and _exists(self.adopted_pid)

    def start(self) -> None:
        """Start it, or adopt one that runs on this data; returns when it answers and has our database.

        After a kill -9 the old one's lock file and shared memory stay until its children are gone: tried again for
        ten seconds.

        Raises:
            DatabaseDownError: it does not start; carries the end of its log.
        """
        if not (self.places.data / "PG_VERSION").exists():
            self._make_data()
        until = time.monotonic() + _RETRY_S
        while not self._start_once():
            said = _tail(self.places.log)
            if time.monotonic() > until or not any(words in said for words in _PASSES):
                if self.answers() and (pid := self._running_pid()):
                    self.adopted_pid, self.process = pid, None
                    break
                raise DatabaseDownError(f"PostgreSQL does not start; {self.places.log} ends with: {said}")
            time.sleep(0.2)
        self._make_database()

    def stop(self) -> None:
        """Fast shutdown; harder when that takes too long."""
        for sign in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if not self.is_alive():
                break
            self._signal(sign)
            until = time.monotonic() + _STOP_S
            while self.is_alive() and time.monotonic() < until:
                time.sleep(0.02)
        self.process = self.adopted_pid = None

    def _signal(self, sign: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(sign)
        elif self.adopted_pid is not None:
            os.kill(self.adopted_pid, sign)

    def _make_data(self) -> None:
        """Make it beside, then rename: a kill in between leaves nothing half made."""
        places = self.places
        draft = places.data / "new"
        if draft.exists():
            shutil.rmtree(draft)
        command = [
            "initdb", "-D", str(draft), "-U", NAME, "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8",
            "--auth-local=peer", "--auth-host=reject", "--no-instructions", "--no-sync",
        ]  # fmt: skip
        done = subprocess.run(
            [str(places.programs / command[0]), *command[1:]], capture_output=True, check=False, env=_environment(),
            **places.run_as,
        )  # fmt: skip
        if done.returncode:
            raise DatabaseDownError(f"initdb failed: {done.stderr.decode(errors='replace')[-600:]}")
        # Peer: the kernel says who connects; only we and the server's own user are the database's role.
        users = {pwd.getpwuid(os.geteuid()).pw_name} | ({places.user.pw_name} if places.user else set())
        (draft / "pg_ident.conf").write_text("".join(f"hub {user} {NAME}\n" for user in sorted(users)))
        (draft / "pg_hba.conf").write_text("local all all peer map=hub\n")
        for path in sorted(draft.iterdir(), key=lambda p: p.name == "PG_VERSION"):  # PG_VERSION last: it says "made"
            path.rename(places.data / path.name)
        draft.rmdir()

    def _start_once(self) -> bool:
        """Start the process and wait until it answers; False: it ended at once."""
        places = self.places
        command = [str(places.programs / "postgres"), "-D", str(places.data), "-k", str(places.sockets)]
        for name, value in self.options.items():
            command += ["-c", f"{name}={value}"]
        if setpriv := shutil.which("setpriv"):  # ends with its owner, however that ends
            command = [setpriv, "--pdeathsig", "INT", *command]
        too_long = places.log.exists() and places.log.stat().st_size > _LOG_MAX
        with places.log.open("wb" if too_long else "ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=_environment(), start_new_session=True,
                **places.run_as,
            )  # fmt: skip
        until = time.monotonic() + _READY_S
        while time.monotonic() < until:
            if self.process.poll() is not None:
                return False
            if self._is_ours() and self.answers():
                return True
            time.sleep(0.02)
        self.stop()
        return False

    def _is_ours(self) -> bool:
        """Whether the lock file names the process that we started: else an old server answers, on its way out."""
        return self.process is not None and self._running_pid() == self.process.pid

    def _running_pid(self) -> int | None:
        try:
            pid = int((self.places.data / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None
        return pid if _exists(pid) else None

    def _make_database(self) -> None:
        ask = f"SELECT 1 FROM pg_database WHERE datname = '{NAME}'"
        if self._sql(ask).strip() != "1":
            self._sql(f'CREATE DATABASE "{NAME}"')

    def _sql(self, statement: str) -> str:
        done = self._run("psql", "-XAtq", "-d", "postgres", "-c", statement)
        if done.returncode:
            raise DatabaseDownError(done.stderr.decode(errors="replace")[-600:])
        return done.stdout.decode()

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        command = [str(self.places.programs / program), "-h", str(self.places.sockets), "-U", NAME, *arguments]
        return subprocess.run(command, check=False, env=_environment(), capture_output=True)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _tail(path: Path) -> str:
    return path.read_text(errors="replace")[-600:] if path.exists() else ""


def _environment() -> dict[str, str]:
    """Ours without what would lead PostgreSQL's programs elsewhere."""
    return {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C.UTF-8"}
