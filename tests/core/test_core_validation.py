"""What pydantic refuses is told in our words, without the names of our classes and without the value."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import Field, ValidationError

from entrepot.core.validation import wording
from entrepot.kit.wire import Amount, Wire


class Part(Wire):
    ref: str


class Thing(Wire):
    name: str = "x"
    count: int = 1
    is_new: bool = False
    parts: list[Part] = []
    part: Part | None = None
    kind: Literal["a", "b"] = "a"
    price: Amount = Field(default=1)
    share: Annotated[int, Field(ge=0, le=9)] = 0


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (7, "must be an object, not a number"),
        ("secret", "must be an object, not text"),
        ({"name": ["secret"]}, "must be text, not a list"),
        ({"count": "secret"}, "must be a whole number, not text"),
        ({"is_new": None}, "must be true or false, not null"),
        ({"parts": {"secret": 1}}, "must be a list, not an object"),
        ({"part": {}}, "is missing"),
        ({"part": True}, "must be an object, not true or false"),
        ({"kind": "secret"}, "must be one of 'a' or 'b'"),
        ({"price": True}, "must be a decimal number"),
        ({"share": 10}, "must be 9 or less"),
    ],
)
def test_a_refusal_says_what_is_allowed_in_our_words(raw, told):
    with pytest.raises(ValidationError) as caught:
        Thing.model_validate(raw)

    assert wording(caught.value.errors()[0]) == told


def test_what_has_no_words_of_ours_says_must_and_names_no_class():
    assert wording({"type": "date_type", "msg": "Input should be a valid date", "loc": ()}) == "must be a valid date"
