"""Every list refuses a filter that it does not know, and a value that no row could have."""

from __future__ import annotations

import re

import pytest

from .document import document

pytestmark = pytest.mark.usefixtures("rows")


def lists():
    """(address, names that it knows) of every operation that reads several rows."""
    for path, operations in document()["paths"].items():
        operation = operations.get("get")
        if operation and operation["operationId"].startswith("list_"):
            yield path, sorted(p["name"] for p in operation["parameters"] if p["in"] == "query")


LISTS = dict(lists())


def address(path, world):
    """The path below ``/api/v1`` with rows that are there."""
    ids = {"channel_id": world.market.id, "package_id": world.package.id, "run_id": world.run.id}
    return re.sub(r"\{(\w+)\}", lambda m: str(ids[m[1]]), path.partition("/api/v1")[2])


@pytest.mark.parametrize("path", LISTS)
def test_a_filter_that_is_not_known_is_refused_with_those_that_are(api, keys, world, path):
    given = {"connector": "trendyol", "kind": "brand"} if path.endswith("suggestions") else {}
    query = "&".join(f"{name}={value}" for name, value in [*given.items(), ("sate", "new")])

    answer = api(keys.operator).get(f"{address(path, world)}?{query}")

    assert answer.status_code == 422, answer.content
    known = f"allowed: {', '.join(LISTS[path])}" if LISTS[path] else "there are none here"
    assert answer.json()["detail"] == f"query: sate is not known; {known}"


def test_there_are_lists_of_everything():
    assert len(LISTS) >= 15


WRONG = {
    "state": ("zzz", "must be one of"), "status": ("zzz", "must be one of"), "since": ("yesterday", "must be a time such as"),
    "limit": ("0", "must be 1 or more"), "cursor": ("zzz", "is not one that we gave"), "channel_id": ("zzz", "must be a whole number"),
    "is_held": ("zzz", "must be true or false"), "storefront_id": ("0", "must be 1 or more"),
}  # fmt: skip


@pytest.mark.parametrize(("path", "name"), [(p, n) for p, names in LISTS.items() for n in names if n in WRONG])
def test_a_value_that_no_row_could_have_is_refused(api, keys, world, path, name):
    value, why = WRONG[name]

    answer = api(keys.operator).get(f"{address(path, world)}?{name}={value}")

    assert answer.status_code == 422, answer.content
    assert name in answer.json()["detail"]
    assert why in answer.json()["detail"]


def test_a_corrected_request_is_taken_with_its_key(api, keys, world):
    wrong = {"connector": "trendyol", "kind": "colour", "ours": "Lav", "theirs_text": "Lav"}

    assert api(keys.aydin).post("/mappings", wrong, Idempotency_Key="k7").status_code == 422
    assert api(keys.aydin).post("/mappings", {**wrong, "kind": "brand"}, Idempotency_Key="k7").status_code == 201
    assert api(keys.aydin).post("/mappings", {**wrong, "kind": "value"}, Idempotency_Key="k7").status_code == 422
