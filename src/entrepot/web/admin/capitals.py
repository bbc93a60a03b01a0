"""A capital first letter in the reader's language: in Turkish and its kin, i becomes İ and ı becomes I."""

from __future__ import annotations

import sys
from typing import Any

from django.template import defaultfilters
from django.utils.functional import keep_lazy_text
from django.utils.translation import get_language

_DOTTED = ("tr", "az")  # languages that write i and ı. Source: Unicode SpecialCasing.txt, section tr and az
_IMPORTERS = ("django.contrib.admin.helpers", "django.contrib.admin.sites", "unfold.fields")  # they keep it by name


def _capital(text: Any) -> str:
    words = str(text)
    if words[:1] == "i" and (get_language() or "").partition("-")[0] in _DOTTED:
        return "İ" + words[1:]
    return words[:1].upper() + words[1:]


capfirst = keep_lazy_text(_capital)


def install() -> None:
    """Let Django's templates and the panel's labels make their capitals by :func:`capfirst`."""
    defaultfilters.register.filter("capfirst", _in_templates)
    for name in _IMPORTERS:
        vars(sys.modules[name])["capfirst"] = capfirst


@defaultfilters.stringfilter
def _in_templates(text: str) -> str:
    return _capital(text)


_in_templates.is_safe = True  # type: ignore[attr-defined] - as Django's own: safe text stays safe
