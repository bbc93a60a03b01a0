"""Schemathesis sends what the document allows, and what it does not, to every operation in process."""

from __future__ import annotations

import json
from functools import cache

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from entrepot.api.v1 import api as the_api

# Not positive_data_acceptance: what the document allows may still be refused, such as an id that does not exist.
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance, negative_data_rejection,
]  # fmt: skip


@schemathesis.serializer("text/csv")
def csv_body(ctx, value):
    """CSV is sent as it was made."""
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "replace")


@pytest.fixture
def _one_connection():
    """Requests stay in the test's transaction, as with Django's own test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@cache
def loaded():
    """Django's application, loaded with the first request."""
    return get_wsgi_application()


def application(environ, start_response):
    """The hub as a WSGI application."""
    return loaded()(environ, start_response)


schema = schemathesis.openapi.from_dict(json.loads(json.dumps(the_api.get_openapi_schema(), default=str)))
schema.app = application


@pytest.mark.slow
@schema.parametrize()
@settings(
    max_examples=3, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
def test_every_operation_keeps_to_its_document(case, keys, world, _one_connection):
    case.call_and_validate(checks=CHECKS, headers={"Authorization": f"Bearer {keys.aydin}"})
