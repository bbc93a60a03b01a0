"""A capital first letter in the reader's language: in Turkish and its kin, i becomes İ and ı becomes I."""

from __future__ import annotations

import sys
from typing import Any

from django.contrib.admin.utils import label_for_field
from django.template import defaultfilters
from django.utils.functional import keep_lazy_text
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from unfold.templatetags import unfold_list

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
    vars(unfold_list)["label_for_field"] = _label_of_column


def _label_of_column(*args: Any, **kwargs: Any) -> Any:
    """Django's label of a list's column with its capital: on a narrow screen the cells repeat it as it is."""
    found = label_for_field(*args, **kwargs)
    text, rest = (found[0], found[1:]) if isinstance(found, tuple) else (found, ())
    text = text if isinstance(text, SafeString) else capfirst(text)  # the box that selects all rows is markup
    return (text, *rest) if isinstance(found, tuple) else text


@defaultfilters.stringfilter
def _in_templates(text: str) -> str:
    return _capital(text)


_in_templates.is_safe = True  # type: ignore[attr-defined]  # safe text stays safe, as by Django's
