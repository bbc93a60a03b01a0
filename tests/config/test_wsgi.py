"""The WSGI application: the whole site, and webhooks by a shorter way."""

from __future__ import annotations

import io
from functools import partial

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections


@pytest.fixture
def asked(settings, tmp_path):
    """Status line and headers of what the web server would send."""
    settings.STATIC_ROOT = str(tmp_path)
    from entrepot.config.wsgi import application

    for signal in (
        request_started,
        request_finished,
    ):  # as Django's test client does: the test goes on with the connection
        signal.disconnect(close_old_connections)
    yield partial(_asked, application)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def _asked(application, method, path, body=b""):
    said = []
    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": path, "SERVER_NAME": "localhost", "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1", "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http", "SERVER_PROTOCOL": "HTTP/1.1",
    }  # fmt: skip
    answer = application(environ, lambda status, headers: said.append((status, dict(headers))))
    b"".join(answer)
    answer.close()
    return said[0]


@pytest.mark.django_db
def test_a_webhook_passes_none_of_the_sites_middleware(asked):
    status, headers = asked("POST", "/hooks/nobody", b"{}")
    site_status, site_headers = asked("GET", "/healthz")

    assert status.startswith("404")
    assert set(headers) == {"Content-Type", "Content-Length", "X-Content-Type-Options"}
    assert site_status.startswith("200")
    assert "Content-Security-Policy" in site_headers


@pytest.mark.django_db
def test_a_webhooks_address_that_is_none_is_not_found(asked):
    assert asked("POST", "/hooks/")[0].startswith("404")
    assert asked("POST", "/hooks/a/b")[0].startswith("404")
