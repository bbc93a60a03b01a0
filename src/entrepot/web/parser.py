"""Reads JSON bodies strictly: what RFC 8259 does not know, and numbers beyond all measure, are refused."""

from __future__ import annotations

import json
import math
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser


class StrictParser(Parser):
    """Ninja's parser without NaN, Infinity and numbers that become infinite. What it raises is answered with 400."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            return json.loads(request.body, parse_constant=_no_number, parse_float=_finite)
        except RecursionError:
            raise ValueError("nested too deeply") from None


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text[:20]} is beyond all measure")
    return number
