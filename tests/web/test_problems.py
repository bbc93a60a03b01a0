"""Every refusal is a problem that says who can act."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory
from ninja import NinjaAPI, Schema
from ninja.security import HttpBearer
from ninja.testing import TestClient

from entrepot.accounts.models import ApiKey, Seller
from entrepot.core import errors
from entrepot.web.middleware import ProblemMiddleware
from entrepot.web.problems import absent, install, problem, problem_of


class In(Schema):
    amount: int
    note: str


class Nobody(HttpBearer):
    def authenticate(self, request, token):
        return None


RAISED = {
    "refused": errors.Refused("package 7 changed meanwhile"),
    "move": errors.IllegalMove("package", "picking", "deliver", ("hand_over", "cancel")),
    "invalid": errors.Invalid("variant TEA", "vat_rate", "must be a fraction"),
    "several": errors.Invalid("kit TEA", "parts[0].sku", "is empty", ("parts[1].quantity", "must be 1 or more")),
    "mapping": errors.MappingError("variant TEA", "hs_code", "is missing"),
    "missing": Seller.DoesNotExist("seller 9 does not exist"),
    "object": ObjectDoesNotExist(),
    "forbidden": PermissionDenied("clerks only read"),
    "busy": errors.RemoteBusy("429", status=429, retry_after_s=2.2),
    "unknown": errors.OutcomeUnknown("timed out"),
    "remote": errors.RemoteRefused("barcode is not approved", status=400),
    "unauthorised": errors.RemoteUnauthorised("key revoked", status=401),
    "changed": errors.RemoteChanged("not JSON", status=200),
    "bug": ZeroDivisionError("secret detail"),
}


@pytest.fixture(scope="module")
def client():
    api = NinjaAPI(urls_namespace="problems")
    install(api)

    @api.get("/raise/{what}")
    def raises(request, what: str):
        raise RAISED[what]

    @api.post("/take")
    def take(request, body: In):
        return {"amount": body.amount}

    @api.get("/closed", auth=Nobody())
    def closed(request):
        return {}

    return TestClient(api)


@pytest.mark.parametrize(
    ("what", "status", "type_"),
    [
        ("refused", 409, "/problems/refused"), ("move", 409, "/problems/illegal-move"),
        ("invalid", 422, "/problems/invalid"), ("mapping", 422, "/problems/mapping"), ("missing", 404, "about:blank"),
        ("object", 404, "about:blank"), ("forbidden", 403, "about:blank"), ("busy", 503, "/problems/remote-busy"),
        ("unknown", 503, "/problems/outcome-unknown"), ("remote", 502, "/problems/remote-refused"),
        ("unauthorised", 502, "/problems/remote-refused"), ("changed", 502, "/problems/remote-changed"),
        ("bug", 500, "about:blank"),
    ],
)  # fmt: skip
def test_each_error_has_its_status_and_type(client, what, status, type_):
    answer = client.get(f"/raise/{what}")

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["type"]) == (status, type_)
    assert body["title"]


def test_a_problem_says_what_would_be_allowed(client):
    assert client.get("/raise/move").json()["allowed"] == ["hand_over", "cancel"]
    assert client.get("/raise/invalid").json()["errors"] == [{"field": "vat_rate", "message": "must be a fraction"}]
    assert client.get("/raise/several").json()["errors"] == [
        {"field": "parts[0].sku", "message": "is empty"}, {"field": "parts[1].quantity", "message": "must be 1 or more"}
    ]  # fmt: skip
    assert client.get("/raise/several").json()["detail"] == (
        "kit TEA: parts[0].sku is empty; parts[1].quantity must be 1 or more"
    )
    assert client.get("/raise/busy")["Retry-After"] == "3"
    assert client.get("/raise/remote").json()["remote_status"] == 400


def test_a_bug_tells_nothing_of_our_insides(client):
    assert "secret detail" not in client.get("/raise/bug").content.decode()


def test_validation_names_every_field(client):
    answer = client.post("/take", json={"amount": "many"})

    assert answer.status_code == 422
    assert {e["field"] for e in answer.json()["errors"]} == {"amount", "note"}
    assert client.post("/take", json={"amount": 1, "note": ""}).json() == {"amount": 1}


def test_a_body_that_is_no_json_is_400_and_a_missing_key_401(client):
    answer = client.post("/take", data=b"{no", content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")

    answer = client.get("/closed")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(("path", "becomes"), [("/api/x", "application/problem+json"), ("/panel/x", "text/html")])
def test_djangos_own_answers_become_problems_only_under_the_api(path, becomes):
    answers = ProblemMiddleware(lambda request: HttpResponse("<h1>no</h1>", status=405, headers={"Allow": "GET"}))

    answer = answers(RequestFactory().get(path))

    assert answer["Content-Type"].startswith(becomes)
    assert (answer.status_code, answer["Allow"]) == (405, "GET")


def test_an_answer_that_is_a_problem_already_stays():
    said = problem(409, detail="because")

    answer = ProblemMiddleware(lambda request: said)(RequestFactory().get("/api/x"))

    assert json.loads(answer.content)["detail"] == "because"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Seller.DoesNotExist("Seller matching query does not exist."), "there is no such seller"),
        (ApiKey.DoesNotExist("ApiKey matching query does not exist."), "there is no such api key"),
        (Seller.DoesNotExist("seller 9 does not exist"), "seller 9 does not exist"),
    ],
)
def test_a_row_that_is_not_there_is_told_in_our_words(error, told):
    assert absent(error) == told
    assert json.loads(problem_of(error).content)["detail"] == told
