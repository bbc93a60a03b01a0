"""The OpenAPI document is complete, and what it shows as an example is valid by its own schemas."""

from __future__ import annotations

import re

import jsonschema_rs
import pytest

from entrepot.api.v1 import api as the_api


@pytest.fixture(scope="module")
def document():
    return the_api.get_openapi_schema()


def operations(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_it_is_openapi_3_1(document):
    assert document["openapi"] == "3.1.0"


def test_every_operation_has_its_own_id_a_tag_a_summary_and_a_description(document):
    found = [o["operationId"] for _, _, o in operations(document)]

    assert len(found) == len(set(found))
    for path, method, operation in operations(document):
        assert re.fullmatch(r"[a-z_]+", operation["operationId"]), path
        assert operation["tags"], (method, path)
        assert operation["summary"], (method, path)
        assert operation["description"], (method, path)


def test_every_operation_needs_a_key(document):
    (name,) = document["components"]["securitySchemes"]
    assert document["components"]["securitySchemes"][name] == {"type": "http", "scheme": "bearer"}
    assert all(operation["security"] == [{name: []}] for _, _, operation in operations(document))


def test_errors_are_problems(document):
    for path, _, operation in operations(document):
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"], (path, status)


def test_every_body_and_answer_has_an_example_that_fits(document):
    definitions = document["components"]["schemas"]
    checked = 0
    for path, method, operation in operations(document):
        media = list(operation.get("requestBody", {}).get("content", {}).values())
        media += [m for r in operation["responses"].values() for m in r.get("content", {}).values()]
        for one in media:
            assert one["example"] not in (None, {}, ""), (method, path)
            schema = {**one["schema"], "components": {"schemas": definitions}}
            jsonschema_rs.Draft202012Validator(schema).validate(one["example"])
            checked += 1
    assert checked > 200


def test_a_program_reads_it_with_its_key(api, keys):
    assert api(None).get("/openapi.json").status_code == 401
    assert api(keys.clerk).get("/openapi.json").json()["info"]["title"] == "Entrepot"


def test_a_person_reads_it_with_a_browser_after_logging_in(client, aydin):
    from entrepot.accounts.services import create_user

    assert client.get("/api/v1/docs").status_code == 302
    client.force_login(create_user(username="ayse", password="uzun-bir-parola-17", role="owner", seller_id=aydin.id))

    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    assert b"https://" not in page.content  # works without the internet
    assert client.get("/api/v1/openapi.json").json()["info"]["title"] == "Entrepot"
