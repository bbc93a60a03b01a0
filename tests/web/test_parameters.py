"""A parameter that an operation does not read is refused, after it is known that the caller may ask at all."""

from __future__ import annotations

import pytest
from ninja import NinjaAPI
from ninja.testing import TestClient

from entrepot.web.parameters import known_parameters
from entrepot.web.problems import install
from entrepot.web.shapes import Cursor, Limit

asked = []


@pytest.fixture(scope="module")
def client():
    api = NinjaAPI(urls_namespace="parameters")
    install(api)
    api.add_decorator(known_parameters, mode="view")

    @api.get("/cups/{shelf}")
    def cups(request, shelf: int, colour: str | None = None, cursor: Cursor = None, limit: Limit = 5):
        asked.append((shelf, colour, limit))
        return []

    @api.post("/cups")
    def add(request):
        asked.append("added")
        return {}

    return TestClient(api)


@pytest.fixture(autouse=True)
def _nothing_asked_yet():
    asked.clear()


def test_what_is_known_is_read(client):
    assert client.get("/cups/3?colour=blue&limit=2").status_code == 200
    assert asked == [(3, "blue", 2)]


@pytest.mark.parametrize(
    ("address", "detail"),
    [
        ("/cups/3?color=blue", "query: color is not known; allowed: colour, cursor, limit"),
        ("/cups/3?shelf=4", "query: shelf is not known; allowed: colour, cursor, limit"),
        ("/cups/3?Colour=blue", "query: Colour is not known"),
        ("/cups/3?colour=a&colour=b", "query: colour is given 2 times; once is allowed"),
        ("/cups/3?=", "query:  is not known"),
    ],
)
def test_what_is_not_known_is_refused_and_nothing_is_asked(client, address, detail):
    answer = client.get(address)

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(detail)
    assert asked == []


def test_an_operation_without_parameters_says_that_there_are_none(client):
    answer = client.post("/cups?dry_run=1")

    assert answer.json()["errors"] == [{"field": "dry_run", "message": "is not known; there are none here"}]
    assert asked == []
