"""A real S3 server on loopback: versitygw, over a folder. Built from source once, into ``build/s3`` of the repository.

Apache-2.0, https://github.com/versity/versitygw; needs Go and, the first time, more than a minute.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

HERE = Path(__file__).resolve().parent
KEPT = HERE.parents[1] / "build/s3"
VERSION = "v1.8.0"
MODULE = "github.com/versity/versitygw/cmd/versitygw"
BUCKET, KEY, SECRET, REGION = "labels", "entrepot", "not-a-secret-of-anybody", "us-east-1"


def missing() -> str:
    """What has to be installed before a server can run; empty: nothing."""
    is_there = _binary().exists() or shutil.which("go")
    return "" if is_there else "not installed: go (Debian: golang-go, and what it fetches by itself)"


def _binary() -> Path:
    return KEPT / VERSION / "versitygw"


def binary() -> Path:
    """The server; built when it is not there, by one process at a time. A minute once, then nothing."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _binary().exists():
            environment = {**os.environ, "GOBIN": str(KEPT / "new"), "GOTOOLCHAIN": "auto", "CGO_ENABLED": "0"}
            subprocess.run(["go", "install", f"{MODULE}@{VERSION}"], check=True, stdout=sys.stderr, env=environment)
            _binary().parent.mkdir(exist_ok=True)
            (KEPT / "new/versitygw").rename(_binary())
    return _binary()


class S3:
    """One server with one bucket. ``environment`` is what an Entrepot needs to use it."""

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        self.folder, self.port = folder, port or _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {
            "S3_BUCKET": BUCKET, "S3_ENDPOINT_URL": self.address, "S3_REGION": REGION, "S3_ACCESS_KEY_ID": KEY,
            "S3_SECRET_ACCESS_KEY": SECRET,
        }  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        (self.folder / "objects" / BUCKET).mkdir(parents=True, exist_ok=True)
        (self.folder / "sidecar").mkdir(exist_ok=True)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and wait until it listens. What it keeps about objects lies beside them: not every disk can else."""
        guard = [setpriv, "--pdeathsig", "KILL"] if (setpriv := shutil.which("setpriv")) else []
        command = [
            *guard, str(binary()), "--quiet", "--access", KEY, "--secret", SECRET, "--region", REGION,
            "--port", f"127.0.0.1:{self.port}", "posix", "--sidecar", str(self.folder / "sidecar"),
            str(self.folder / "objects"),
        ]  # fmt: skip
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        until = time.monotonic() + 30
        while time.monotonic() < until and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"it does not answer: {(self.folder / 'log').read_text()[-2000:]}")

    def stop(self) -> None:
        """End it; what it keeps stays."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def objects(self) -> list[str]:
        """Names of all that is in the bucket, as they lie on the disk."""
        bucket = self.folder / "objects" / BUCKET
        return sorted(str(p.relative_to(bucket)) for p in bucket.rglob("*") if p.is_file())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> int:
    """Run one in the foreground."""
    if lacking := missing():
        print(lacking, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="entrepot-s3-") as folder, S3(Path(folder), port=7070) as server:
        print("\n".join(f"export {k}={v}" for k, v in server.environment.items()), flush=True)
        return server.process.wait() if server.process else 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with suppress(KeyboardInterrupt):
        sys.exit(main())
