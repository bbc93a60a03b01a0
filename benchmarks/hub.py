"""A hub and remotes to measure with: a home of its own, thrown away afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import httpx


@contextmanager
def hub() -> Iterator[Path]:
    """Database, Django and schema of a fresh home; its folder. ``DATABASE_URL`` of the caller is not used."""
    with tempfile.TemporaryDirectory(prefix="entrepot-bench-", ignore_cleanup_errors=True) as folder:
        os.environ.pop("DATABASE_URL", None)
        os.environ |= {"ENTREPOT_HOME": folder, "ENTREPOT_LOG_LEVEL": "CRITICAL", "ENTREPOT_DB_IDLE_S": "60"}
        from entrepot.config.django import running

        with running():
            yield Path(folder)


def as_owner(*statements: str) -> None:
    """Run statements as who owns the tables; everything else here is done as a worker does it."""
    from entrepot.jobs.notices import connect

    with connect() as owner:
        for statement in statements:
            owner.execute(statement)


class Remotes:
    """The sandbox as a process of its own; a context manager. ``credentials`` by slug, as it printed them."""

    def __init__(self, *options: str) -> None:
        self._command = [sys.executable, "-m", "entrepot.sandbox", "--port", "0", *options]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._process.stdout is not None
        self.credentials: dict[str, dict[str, str]] = json.loads(self._process.stdout.readline())
        self.url = self.credentials["trendyol"]["url"].rsplit("/", 1)[0]
        self.http = httpx.Client(timeout=30, trust_env=False)
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()
        self._process.terminate()
        self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def act(self, slug: str, action: str, **given: object) -> dict[str, object]:
        """Do something there as a buyer or the owner would.

        Raises:
            httpx.HTTPStatusError: the remote refuses.
        """
        answer = self.http.post(f"{self.url}/control/{slug}/actions/{action}", json=given)
        answer.raise_for_status()
        told: dict[str, object] = answer.json()
        return told

    def summary(self, slug: str) -> dict[str, Any]:
        """What it now holds."""
        told: dict[str, Any] = self.http.get(f"{self.url}/control/{slug}/summary").json()
        return told

    def ledger(self, slug: str) -> list[dict[str, Any]]:
        """All that happened there, in order."""
        told: list[dict[str, Any]] = self.http.get(f"{self.url}/control/{slug}/ledger").json()["entries"]
        return told

    def dial(self, slug: str, **dials: float) -> None:
        """Have it misbehave."""
        self.http.patch(f"{self.url}/control/{slug}/faults", json=dials).raise_for_status()

    def faults_done(self, slug: str) -> dict[str, int]:
        """What its dials did to callers so far."""
        told: dict[str, int] = self.http.get(f"{self.url}/control/{slug}/faults").json()["done"]
        return told
