"""Finishes the OpenAPI document: errors, headers, and an example for each body and answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from entrepot.web.idempotency import HEADER, REPLAYED
from entrepot.web.problems import CONTENT_TYPE

_PROBLEM = {
    "title": "Problem",
    "description": "RFC 9457: what is wrong, and what is allowed instead.",
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "examples": ["/problems/invalid"]},
        "title": {"type": "string", "examples": ["Value not allowed"]},
        "status": {"type": "integer", "examples": [422]},
        "detail": {"type": "string", "examples": ["variant TEA-250: weight_g must be above zero"]},
        "errors": {
            "type": "array",
            "description": "one of each field",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "in": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "allowed": {"type": "array", "description": "moves that the state allows", "items": {"type": "string"}},
    },
}
_ERRORS = {
    400: "The request cannot be read: broken JSON, or NaN.",
    401: "No key, or one that is not good.",
    403: "Role or scopes do not allow it.",
    404: "Not there, or not yours.",
    409: "Refused: the state has no such move, or it changed meanwhile.",
    413: "The body is too large.",
    422: "A value is not allowed; says which field and why.",
    429: "Too many wrong keys came from this address; wait as long as Retry-After says.",
    502: "The remote refused, in its own words.",
    503: "The remote is busy, or its answer did not come; try again after Retry-After.",
}
_ALWAYS, _OF_WRITES = (400, 401, 403, 404, 422, 429), (409, 413, 502, 503)
_DEPTH = 12


def describe(document: dict[str, Any]) -> dict[str, Any]:
    """The document with problems, headers and examples added."""
    schemas = document["components"]["schemas"]
    schemas["Problem"] = _PROBLEM
    for method, operation in _operations(document):
        is_write = method in ("post", "put", "patch", "delete")
        for status in (*_ALWAYS, *(_OF_WRITES if is_write else (502, 503))):
            operation["responses"][status] = _error(status)
        if is_write:
            operation["parameters"].append(_KEY)
            for response in operation["responses"].values():
                response.setdefault("headers", {})[REPLAYED] = _REPLAYED
        for media in _media(operation):
            if "example" not in media and "examples" not in media:
                media["example"] = example_of(media["schema"], schemas)
    for parameter in _parameters(document):
        _tidy(parameter)
    return document


_KEY = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "description": "A text of your own; the same request sent again with it is answered as the first time, for a day."
    " It is used up by an answer that did something or decided (2xx, 409), not by 400, 401, 403, 404, 422 or 5xx: mend"
    " the request and send it with the same key.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "example": "0f8c2b1e-order-42",
}
_REPLAYED = {
    "description": "true: the kept answer of an earlier request.",
    "schema": {"type": "string", "enum": ["true"]},
}


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for methods in document["paths"].values():
        yield from methods.items()


def _parameters(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for _, operation in _operations(document):
        yield from operation["parameters"]


def _tidy(parameter: dict[str, Any]) -> None:
    """Ninja puts JSON Schema's list of examples where OpenAPI wants one, or named ones."""
    found = parameter.pop("examples", None)
    if isinstance(found, list) and found:
        parameter["example"] = found[0]


def _error(status: int) -> dict[str, Any]:
    example = {"type": "about:blank", "title": _ERRORS[status].split(":")[0].rstrip("."), "status": status}
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": _ERRORS[status], "content": {CONTENT_TYPE: {"schema": schema, "example": example}}}


def _media(operation: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield from operation.get("requestBody", {}).get("content", {}).values()
    for response in operation["responses"].values():
        yield from response.get("content", {}).values()


def example_of(schema: Mapping[str, Any], schemas: Mapping[str, Any], depth: int = _DEPTH) -> Any:
    """A value that ``schema`` allows, made of the examples of its fields."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rsplit("/", 1)[1]], schemas, depth - 1) if depth else {}
    if schema.get("examples"):
        return schema["examples"][0]
    if "example" in schema:
        return schema["example"]
    if "properties" in schema:
        return {name: example_of(child, schemas, depth) for name, child in schema["properties"].items()}
    if "default" in schema:
        return schema["default"]
    return _by_kind(schema, schemas, depth)


def _by_kind(schema: Mapping[str, Any], schemas: Mapping[str, Any], depth: int) -> Any:
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return example_of(schema[word][0], schemas, depth)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "array":
        return [example_of(schema.get("items", {}), schemas, depth)]
    return {"object": {}, "integer": 1, "number": 1, "boolean": True, "string": "text"}.get(schema.get("type", ""))
