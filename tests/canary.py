"""Fails a test that writes a secret: what was sealed in it, and whatever looks like a key, is looked for in its output.

Output is what the test and the threads and processes beside it wrote to standard output, standard error and the log; and
at the end of the run every log file that processes left in their homes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from cryptography.fernet import MultiFernet

SHORTEST = 12  # what is shorter is a word of a test's own, such as "x" or "secret"
# Keys of WooCommerce, and our own (``accounts.services.create_api_key``).
SHAPES = (re.compile(r"\b[cs]s_[0-9a-f]{40}\b"), re.compile(r"\ben_[0-9a-f]{10}_[\w-]{40,}"))
FILES = ("*.log", "*.jsonl")
_SEALED: set[str] = set()
_encrypt = MultiFernet.encrypt


def _noted(self: MultiFernet, message: bytes, *args: object, **more: object) -> bytes:
    try:
        told = json.loads(message)
    except ValueError:
        told = None
    if isinstance(told, dict):
        _SEALED.update(value for value in told.values() if isinstance(value, str) and len(value) >= SHORTEST)
    return _encrypt(self, message, *args, **more)


def leaks(text: str, sealed: Iterable[str] = _SEALED) -> list[str]:
    """The first letters of the secrets in a text."""
    found = {secret for secret in sealed if secret in text}
    found |= {match for shape in SHAPES for match in shape.findall(text)}
    return sorted(secret[:6] + "…" for secret in found)


def pytest_configure():
    MultiFernet.encrypt = _noted  # type: ignore[method-assign] - it does what it did


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport():
    outcome = yield
    report = outcome.get_result()
    written = "\n".join(text for name, text in report.sections if name.endswith(f" {report.when}"))
    if report.passed and (found := leaks(written)):
        report.outcome, report.longrepr = "failed", f"secrets were written out: {', '.join(found)}"


def in_files(folder: Path) -> list[str]:
    """Log files below a folder that hold a secret, with its first letters."""
    paths = sorted({path for pattern in FILES for path in folder.rglob(pattern) if path.is_file()})
    told = {path: leaks(path.read_text("utf-8", "replace")) for path in paths}
    return [f"{path.relative_to(folder)}: {', '.join(found)}" for path, found in told.items() if found]


@pytest.fixture(autouse=True, scope="session")
def _no_secret_in_files(tmp_path_factory):
    yield
    assert in_files(tmp_path_factory.getbasetemp()) == []
