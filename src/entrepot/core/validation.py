"""Pydantic's refusals in our words: what a value must be, never the name of a class of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Pydantic's type of an error → what to say; the names in braces come from the error's own context.
_WORDS: Mapping[str, str] = {
    "missing": "is missing",
    "extra_forbidden": "is not known",
    "string_type": "must be text, not {got}",
    "string_unicode": "must be text without half characters",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must look like {pattern}",
    "int_type": "must be a whole number, not {got}",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "is beyond all measure",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number, not {got}",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "decimal_type": "must be a number, not {got}",
    "decimal_parsing": "must be a number",
    "bool_type": "must be true or false, not {got}",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list, not {got}",
    "tuple_type": "must be a list, not {got}",
    "dict_type": "must be an object, not {got}",
    "model_type": "must be an object, not {got}",
    "model_attributes_type": "must be an object, not {got}",
    "none_required": "must be null, not {got}",
    "literal_error": "must be one of {expected}",
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be {le} or less",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries",
    "recursion_loop": "is nested too deeply",
}
_GOT: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (type(None), "null"),
    (bool, "true or false"),
    (str, "text"),
    (Mapping, "an object"),
    ((list, tuple), "a list"),
)


def wording(error: Mapping[str, Any]) -> str:
    """What is wrong with a value, from one of ``ValidationError.errors()``. Never repeats the value itself."""
    if error["type"] == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    words = _WORDS.get(error["type"])
    if words is None:
        return str(error["msg"]).replace("Input should", "must")
    got = _got(error["input"]) if "input" in error else ""
    return words.format_map({**error.get("ctx", {}), "got": got}).removesuffix(", not ")


def _got(value: object) -> str:
    return next((words for kind, words in _GOT if isinstance(value, kind)), "a number")
