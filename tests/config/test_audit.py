"""The audit of what is pinned: a real pip-audit asks an advisory service, of which this is one of our own."""

from __future__ import annotations

import http.server
import json
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

import audit

ADVISORY = {
    "id": "PYSEC-2099-1", "aliases": ["CVE-2099-12345"], "summary": "planted", "modified": "2026-11-01T00:00:00Z",
    "affected": [
        {
            "package": {"name": "django", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.0"}]}],
        }
    ],
}  # fmt: skip


@contextmanager
def advisories(of):
    """A service that speaks OSV and knows one advisory, of one package; its address."""

    class Service(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told = json.dumps({"vulns": [ADVISORY]} if asked["package"]["name"] == of else {}).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(("of", "count"), [("django", 1), ("nothing-of-ours", 0)])
def test_an_advisory_of_what_is_pinned_is_told_with_the_version_that_mends_it(of, count):
    with advisories(of) as address:
        found = audit.look_up("run.txt", ["-s", "osv", "--osv-url", address])

    told = audit.judge({"run.txt": found}, {})
    assert len(told) == count
    assert all("django" in line and "PYSEC-2099-1, mended in 99.0" in line for line in told)
    assert audit.judge({"run.txt": found}, {"CVE-2099-12345": "its parser is not used"}) == (
        [] if count else ["accepted.txt: CVE-2099-12345 is of no pinned version any more"]
    )


def test_a_service_that_is_away_is_told_apart_from_no_advisory(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["audit.py", "-s", "osv", "--osv-url", "http://127.0.0.1:9/", "--timeout", "1"])
    monkeypatch.setattr(audit, "PINNED", ("run.txt",))

    assert audit.main() == 0
    assert "could not be had" in capsys.readouterr().out
    monkeypatch.setenv("ENTREPOT_AUDIT", "required")
    assert audit.main() == 1


def test_an_exception_needs_a_reason():
    assert audit.accepted("# why\nCVE-1  its parser is not used\n") == {"CVE-1": "its parser is not used"}
    with pytest.raises(SystemExit, match="CVE-2 has no reason"):
        audit.accepted("CVE-2\n")
