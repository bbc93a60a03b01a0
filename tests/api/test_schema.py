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
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.python._constants.orchestrator import make_constants_value_source
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from .document import document

pytestmark = pytest.mark.usefixtures("rows")

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


schema = schemathesis.openapi.from_dict(json.loads(json.dumps(document(), default=str)))
schema.app = application
OPERATIONS = [(method.upper(), path) for path, methods in document()["paths"].items() for method in methods]


@settings(
    max_examples=3, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
def keeps_to_its_document(case, key):
    case.call_and_validate(checks=CHECKS, headers={"Authorization": f"Bearer {key}"})


@cache
def constants():
    """What the program compares with, which cases are made of, too."""
    return FeedbackSources(constants_value_source=make_constants_value_source(schema))


@pytest.mark.slow
@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=[" ".join(o) for o in OPERATIONS])
def test_every_operation_keeps_to_its_document(method, path, keys, world, _one_connection):
    """Cases are made when an operation's turn comes: ``schema.parametrize`` makes all of them in every worker."""
    keeps = build_operation_test(
        config=schema.config, operation=schema[path][method], test_func=keeps_to_its_document, given_kwargs={},
        feedback=constants(),
    )  # fmt: skip
    keeps(key=keys.aydin)
