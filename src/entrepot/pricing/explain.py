"""The way of a price, and why there is none, in the reader's language. Rows keep what ``rules`` says, in English."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy

_STEPS = {
    "base": gettext_lazy("base"), "net": gettext_lazy("net"), "exchange": gettext_lazy("exchange"),
    "markup": gettext_lazy("markup"), "minimum margin": gettext_lazy("minimum margin"), "VAT": gettext_lazy("VAT"),
    "fee": gettext_lazy("fee"), "rounded": gettext_lazy("rounded"),
}  # fmt: skip

# What ``rules`` and ``compute`` say → the message, with the names of the groups in it.
_WHYS = [
    (r"(?P<currency>[A-Z]{3}), with tax", gettext_lazy("%(currency)s, with tax")),
    (r"(?P<currency>[A-Z]{3}), without tax", gettext_lazy("%(currency)s, without tax")),
    (r"less VAT (?P<rate>\S+) at home", gettext_lazy("less VAT %(rate)s at home")),
    (
        r"× (?P<factor>\S+), rate of (?P<day>\S+) in (?P<currency>[A-Z]{3})",
        gettext_lazy("× %(factor)s, rate of %(day)s in %(currency)s"),
    ),
    (r"cost \+ (?P<rate>\S+)", gettext_lazy("cost + %(rate)s")),
    (r"ending none", gettext_lazy("to the smallest coin")),
    (r"ending (?P<ending>\S+)", gettext_lazy("ending %(ending)s")),
    (
        r"no base price: the store gives none above zero, and nobody typed one in",
        gettext_lazy("no base price: the store gives none above zero, and nobody typed one in"),
    ),
    (
        r"no base price: the store gave (?P<given>.+), and a price is above zero and below 1000000000000",
        gettext_lazy("no base price: the store gave %(given)s, and a price is above zero and below 1000000000000"),
    ),
    (
        r"VAT rate is unknown: give it on the variant or in the storefront's rule",
        gettext_lazy("VAT rate is unknown: give it on the variant or in the storefront's rule"),
    ),
    (
        r"VAT rate at home is unknown, and the base price includes it",
        gettext_lazy("VAT rate at home is unknown, and the base price includes it"),
    ),
    (
        r"no exchange rate from (?P<base>\S+) to (?P<quote>\S+) that is new enough for the day",
        gettext_lazy("no exchange rate from %(base)s to %(quote)s that is new enough for the day"),
    ),
    (
        r"cost is unknown, so the minimum margin cannot be held",
        gettext_lazy("cost is unknown, so the minimum margin cannot be held"),
    ),
]


def step_word(name: str) -> Any:
    """A step of ``pricing.rules`` in the reader's language; one that is not known as it is."""
    return _STEPS.get(name, name)


def told(text: str) -> str:
    """Why of a step, or why there is no price, in the reader's language; what is not known as it is."""
    for pattern, message in _WHYS:
        if found := re.fullmatch(pattern, text):
            return str(message) % found.groupdict() if found.groupdict() else str(message)
    return text
