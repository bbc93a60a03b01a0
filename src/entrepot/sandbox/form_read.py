"""A form that a person sent, as the arguments of an action."""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING, Any

from .desk import Field, Form, Given

if TYPE_CHECKING:
    from .remote import Action

PLAIN_TEXT = {"str", "object", ""}
AN_OBJECT = '{"name": "value"}'


def parameters(action: Action) -> list[inspect.Parameter]:
    """The keyword arguments of an action, wrappers seen through."""
    return [p for p in inspect.signature(action).parameters.values() if p.name != "self"]


def kind_of(parameter: inspect.Parameter) -> str:
    """The annotation without its ``None``."""
    return str(parameter.annotation).replace(" | None", "")


def example_of(name: str, fields: dict[str, Field]) -> str:
    """A value of the right shape, to copy."""
    return fields[name].example if name in fields and fields[name].example else AN_OBJECT


def arguments(action: Action, form: Form | None, given: Given) -> dict[str, Any]:
    """Texts by the fields of the form and the annotations of the action; what is no plain type is JSON.

    Raises:
        ValueError: a text that is not what its field takes; says what it takes, with an example.
    """
    fields = {f.name: f for f in form.fields} if form else {}
    kinds = {p.name: kind_of(p) for p in parameters(action)}
    read: dict[str, Any] = {}
    folded = form.fold(given) if form else given
    for f in fields.values():
        if f.kind == "lines" and f.is_needed and f.name not in folded:
            raise ValueError(f"choose at least one {f.label}")
    for name, value in folded.items():
        kind = kinds.get(name, "float" if name in fields and fields[name].kind == "number" else "")
        if kind.startswith("list[int]"):
            read[name] = _numbers(name, value)
        elif not isinstance(value, str):
            read[name] = value
        elif name == "more":
            read |= _object(name, value, example_of(name, fields))
        else:
            read[name] = _plain(name, kind, value, example_of(name, fields))
    return read


def _plain(name: str, kind: str, text: str, example: str) -> Any:
    if kind in {"int", "float"}:
        return _number(name, kind, text)
    if kind == "bool":
        return text in {"1", "on", "true"}
    if kind in PLAIN_TEXT:
        return text
    if kind == "Any" or kind.startswith("list[dict"):
        return _anything(text)  # the action says what it takes, by an example
    if kind.startswith("dict"):
        return _object(name, text, example)
    return _json(name, text, example)


def _number(name: str, kind: str, text: str) -> int | float:
    try:
        number = float(text)
        return int(text) if kind == "int" or text.lstrip("-").isdecimal() else number
    except ValueError:
        raise ValueError(f"{name} must be a {'whole ' if kind == 'int' else ''}number, not {text!r}") from None


def _numbers(name: str, value: Any) -> list[int]:
    """``["1", "2"]``, ``"1, 2"`` and ``"[1, 2]"`` are the same."""
    words = value if isinstance(value, list) else str(value).strip("[] ").replace(",", " ").split()
    if not all(str(word).isdecimal() and len(str(word)) < 19 for word in words):
        raise ValueError(f"{name} must be whole numbers with commas between, such as 1, 2, not {value!r}")
    return [int(word) for word in words]


def _json(name: str, text: str, example: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(f"{name} must be JSON, such as {example}, not {text[:60]!r}") from None


def _object(name: str, text: str, example: str) -> dict[str, Any]:
    value = _json(name, text, example)
    if not isinstance(value, dict):
        raise ValueError(f"{name} must be a JSON object, such as {example}, not {text[:60]!r}")  # noqa: TRY004 - a 422
    return value


def _anything(text: str) -> Any:
    """JSON where it is, else the text itself."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
