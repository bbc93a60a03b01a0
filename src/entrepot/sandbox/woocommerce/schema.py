# ruff: noqa: ARG001 - every fit has one signature
"""The shapes of request bodies, checked as WordPress checks them: a number is not a string, "4" is an integer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from .errors import invalid_params

EMAIL = re.compile(r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$")


@dataclass(frozen=True, slots=True)
class T:
    """One type: ``kind`` is string, integer, number, boolean, array, object or mixed."""

    kind: str
    enum: tuple[str, ...] = ()
    of: T | None = None  # of an array
    props: dict[str, T] = field(default_factory=dict)  # of an object
    null: bool = False
    is_email: bool = False


class BadValueError(Exception):
    """A value that does not fit: WordPress' detail code and text."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


STRING, INT, NUMBER, BOOL, MIXED = T("string"), T("integer"), T("number"), T("boolean"), T("mixed")
DATE = T("string", null=True)
IDS = T("array", of=INT)
META = T("array", of=T("object", props={"id": INT, "key": STRING, "value": MIXED}))


def one_of(*values: str) -> T:
    """A string from a closed list."""
    return T("string", enum=values)


def many(**props: T) -> T:
    """An array of objects."""
    return T("array", of=T("object", props=props))


def shape(**props: T) -> T:
    """An object."""
    return T("object", props=props)


def check(body: dict[str, Any], schema: dict[str, T]) -> dict[str, Any]:
    """The known fields of a body, with integers and booleans made so. Unknown and read-only fields are dropped.

    Raises:
        WooError: 400 ``rest_invalid_param`` that names every bad field.
    """
    clean: dict[str, Any] = {}
    bad: dict[str, tuple[str, str]] = {}
    for name, kind in schema.items():
        if name in body:
            try:
                clean[name] = fit(body[name], kind, name)
            except BadValueError as error:
                bad[name] = (error.code, error.text)
    if bad:
        raise invalid_params(bad)
    return clean


def fit(value: Any, kind: T, path: str) -> Any:
    """The value as this type, or BadValueError."""
    if value is None and (kind.null or kind.kind == "mixed"):
        return None
    fitted = FITS[kind.kind](value, kind, path)
    if kind.enum and fitted not in kind.enum:
        raise BadValueError("rest_not_in_enum", f"{path} is not one of {', '.join(kind.enum)}.")
    if kind.is_email and not EMAIL.match(str(fitted)):
        raise BadValueError("rest_invalid_email", "Invalid email address.")
    return fitted


def _wrong(path: str, kind: str) -> BadValueError:
    return BadValueError("rest_invalid_type", f"{path} is not of type {kind}.")


def _string(value: Any, kind: T, path: str) -> str:
    if not isinstance(value, str):
        raise _wrong(path, "string")
    return value


def _integer(value: Any, kind: T, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise _wrong(path, "integer")
    text = str(value).strip()
    if not re.fullmatch(r"[+-]?\d+(\.0+)?", text):
        raise _wrong(path, "integer")
    return int(float(text)) if "." in text else int(text)


def _number(value: Any, kind: T, path: str) -> str:
    """Kept as text so that no decimal is lost."""
    if isinstance(value, bool) or not re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", str(value)):
        raise _wrong(path, "number")
    return str(value)


def _boolean(value: Any, kind: T, path: str) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() in {"true", "1"} and value is not None:
        return True
    if str(value).lower() in {"false", "0", ""} and value is not None:
        return False
    raise _wrong(path, "boolean")


def _array(value: Any, kind: T, path: str) -> list[Any]:
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, list):
        raise _wrong(path, "array")
    if kind.of is None:
        return value
    return [fit(item, kind.of, f"{path}[{index}]") for index, item in enumerate(value)]


def _object(value: Any, kind: T, path: str) -> dict[str, Any]:
    if value == []:
        value = {}
    if not isinstance(value, dict):
        raise _wrong(path, "object")
    if not kind.props:
        return value
    return {name: fit(value[name], inner, f"{path}[{name}]") for name, inner in kind.props.items() if name in value}


def _mixed(value: Any, kind: T, path: str) -> Any:
    return value


FITS = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "array": _array,
    "object": _object,
    "mixed": _mixed,
}
