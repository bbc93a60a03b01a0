"""What a failure leaves in the log never shows what was in its variables."""

from __future__ import annotations

import importlib
import json
import logging
import subprocess
import sys
from contextlib import contextmanager

import pytest
import structlog
from django.urls import path
from ninja import NinjaAPI

from entrepot.config.logs import configure, keep_errors
from entrepot.web.problems import install


def test_a_traceback_names_the_error_and_hides_the_variables(capsys):
    before = logging.getLogger().handlers[:]
    configure(level="INFO", as_json=True)
    secret = "cs_" + "5" * 40
    try:
        raise RuntimeError("the remote did not answer")
    except RuntimeError:
        structlog.get_logger("t").exception("call.failed")
    written = capsys.readouterr().err
    logging.getLogger().handlers[:] = before

    entry = json.loads(written.strip().splitlines()[-1])
    assert entry["event"] == "call.failed"
    assert "the remote did not answer" in written
    assert secret not in written
    assert "locals" not in written


@contextmanager
def kept_in(folder):
    """The file of a home as the web server's processes set it up; a fixture would find another standard error."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure(level="WARNING", as_json=True)
    keep_errors(folder / "web.log")
    keep_errors(folder / "web.log")  # a second time adds nothing
    try:
        yield folder / "web.log"
    finally:
        for handler in set(root.handlers) - set(handlers):
            handler.close()
        root.handlers[:] = handlers
        root.setLevel(level)


def broken(request):
    secret = "cs_" + "5" * 40
    raise RuntimeError(f"shelf {len(secret)} is gone")


api = NinjaAPI(urls_namespace="logs")
install(api)
api.get("/broken")(broken)
urlpatterns = [path("panel/broken/", broken), path("api/", api.urls)]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("address", ["/panel/broken/", "/api/broken"])
def test_a_request_that_fails_is_one_line_in_the_log_and_in_the_homes_file(tmp_path, client, capsys, settings, address):
    settings.MIDDLEWARE = ["entrepot.web.middleware.ProblemMiddleware"]
    client.raise_request_exception = False

    with kept_in(tmp_path) as file:
        assert client.get(address).status_code == 500

    (line,) = file.read_text().splitlines()
    entry = json.loads(line)
    assert (entry["level"], entry["method"], entry["path"], entry["status"]) == ("error", "GET", address, 500)
    assert entry["exception"][0]["exc_value"] == "shelf 43 is gone"
    assert "broken" in [frame["name"] for frame in entry["exception"][0]["frames"]]
    assert "cs_5" not in line
    (told,) = capsys.readouterr().err.splitlines()
    assert {**json.loads(told), "timestamp": entry["timestamp"]} == entry  # each handler stamps for itself


@pytest.mark.urls(__name__)
def test_what_is_no_fault_of_ours_is_not_kept_in_the_homes_file(tmp_path, client, settings):
    settings.MIDDLEWARE = []

    with kept_in(tmp_path) as file:
        assert client.get("/panel/nowhere/at/all").status_code == 404

    assert not file.exists()


def test_a_process_whose_errors_go_to_the_file_already_says_them_once(tmp_path):
    code = (
        "from pathlib import Path; from entrepot.config.logs import configure, keep_errors; import structlog\n"
        "configure(level='INFO', as_json=True); keep_errors(Path('web.log')); structlog.get_logger('t').error('x')"
    )

    with (tmp_path / "web.log").open("wb") as log:
        subprocess.run([sys.executable, "-c", code], cwd=tmp_path, stderr=log, check=True)

    assert len((tmp_path / "web.log").read_text().splitlines()) == 1


def test_the_web_server_keeps_its_errors_in_the_home(monkeypatch, tmp_path, settings):
    kept = []
    settings.MIDDLEWARE = []
    monkeypatch.setenv("ENTREPOT_HOME", str(tmp_path))
    monkeypatch.setattr("entrepot.config.logs.keep_errors", kept.append)
    monkeypatch.setattr("entrepot.jobs.notices.NOTICES.start", lambda: None)
    monkeypatch.delitem(sys.modules, "entrepot.config.processes.application", raising=False)

    importlib.import_module("entrepot.config.processes.application")

    assert kept == [tmp_path / "web.log"]
