"""A real S3 server for the session, and our storage on it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory):
    """Without Go the tests are skipped, but never where CI is set."""
    sys.path.insert(0, str(REPOSITORY))
    from tools.s3 import server

    sys.path.remove(str(REPOSITORY))
    if (lacking := server.missing()) and not os.environ.get("CI"):
        pytest.skip(f"S3 cannot run here: {lacking}")
    with server.S3(tmp_path_factory.mktemp("s3")) as found:
        yield found


@pytest.fixture
def s3(s3_server, settings, monkeypatch):
    """The server, with its bucket as the storage of documents."""
    from entrepot.config.storages import storages

    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    settings.STORAGES = storages()
    return s3_server


@pytest.fixture
def with_options(settings):
    """Changes what the storage of documents is told."""

    def change(**options):
        given = settings.STORAGES
        default = {**given["default"], "OPTIONS": {**given["default"]["OPTIONS"], **options}}
        settings.STORAGES = {**given, "default": default}

    return change
