"""The catalogues: compiled from what is written, and about what is said."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

_TOOL = Path(__file__).parents[2] / "tools" / "messages.py"
_SPEC = importlib.util.spec_from_file_location("messages_tool", _TOOL)
messages = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(messages)

each = pytest.mark.parametrize("po", messages.catalogs(), ids=lambda p: p.parent.parent.name)


@each
def test_a_catalogue_is_compiled_from_its_source(po):
    assert po.with_suffix(".mo").read_bytes() == messages.compiled(po), "run: python tools/messages.py compile"


@each
def test_a_catalogue_has_no_words_that_nobody_says(po):
    assert messages.translated(po) - messages.said() == set()


@each
def test_a_translation_keeps_its_blanks(po):
    with po.open("rb") as file:
        catalog = read_po(file, locale=po.parent.parent.name)

    assert [(m.id, [str(e) for e in m.check()]) for m in catalog if m.id and list(m.check())] == []


def test_most_of_the_panel_is_said_in_turkish():
    po = next(p for p in messages.catalogs() if p.parent.parent.name == "tr")
    missing = messages.said() - messages.translated(po)

    assert len(missing) < len(messages.said()) / 5
