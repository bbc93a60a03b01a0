"""The sandbox as a process of its own, and its control API as people use it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx


class Sandbox:
    """Started on enter, stopped on exit. ``credentials`` are what it printed, by slug."""

    def __init__(self, *, faults: str, seed: int, log: str) -> None:
        self._command = [
            sys.executable, "-m", "entrepot.sandbox", "--port", "0", "--faults", faults, "--seed", str(seed),
        ]  # fmt: skip
        self._log = log
        self.credentials: dict[str, dict[str, str]] = {}

    def __enter__(self) -> Self:
        with Path(self._log).open("wb") as log:
            self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the sandbox did not start; see {self._log}")
        self.credentials = json.loads(line)
        self.url = self.credentials["trendyol"]["url"].rsplit("/", 1)[0]
        self._http = httpx.Client(base_url=f"{self.url}/control", timeout=30, trust_env=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
        assert self._process.stdout
        self._process.stdout.close()

    def act(self, slug: str, action: str, **given: Any) -> dict[str, Any]:
        """Do something on a remote as a buyer or its owner would.

        Raises:
            ValueError: the remote says why not.
        """
        answer = self._http.post(f"/{slug}/actions/{action}", json=given)
        if answer.status_code >= 400:  # noqa: PLR2004
            raise ValueError(f"{slug} {action}: {answer.text[:300]}")
        found: dict[str, Any] = answer.json()
        return found

    def ledger(self, slug: str, *, after: int = 0) -> list[dict[str, Any]]:
        """Everything that happened there behind sequence number ``after``, in order."""
        found: list[dict[str, Any]] = self._http.get(f"/{slug}/ledger", params={"after": after}).json()["entries"]
        return found

    def summary(self, slug: str) -> dict[str, Any]:
        """What it now holds."""
        found: dict[str, Any] = self._http.get(f"/{slug}/summary").json()
        return found

    def dial(self, slug: str, **dials: Any) -> None:
        """Turn its faults: dials by name, or ``preset``.

        Raises:
            ValueError: the remote says why not.
        """
        answer = self._http.patch(f"/{slug}/faults", json=dials)
        if answer.status_code >= 400:  # noqa: PLR2004
            raise ValueError(f"{slug} faults: {answer.text[:300]}")

    def faults_done(self, slug: str) -> dict[str, int]:
        """What the dials did to callers."""
        found: dict[str, int] = self._http.get(f"/{slug}/faults").json()["done"]
        return found
