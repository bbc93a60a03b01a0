"""The catalogues: compiled from what is written, and about what is said."""

from __future__ import annotations

import importlib.util
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.test import Client
from django.utils import translation

from .test_pages import address, labels, own_row, shared_rows

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


def turkish():
    return next(p for p in messages.catalogs() if p.parent.parent.name == "tr")


def test_all_of_the_panel_is_said_in_turkish():
    assert sorted(messages.said() - messages.translated(turkish())) == [], "run: python tools/messages.py missing"


class _Texts(HTMLParser):
    """What a reader sees of a page: its texts, and those of titles and labels."""

    def __init__(self):
        super().__init__()
        self.found, self._inside = set(), []

    def handle_starttag(self, tag, attrs):
        self._inside.append(tag)
        self.found |= {v.strip() for k, v in attrs if k in ("title", "aria-label", "placeholder") and v}

    def handle_endtag(self, tag):
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data):
        if not {"script", "style", "pre", "option"} & set(self._inside[-1:]):
            self.found.add(" ".join(data.split()))


def english():
    """Messages that Turkish says otherwise, without those that have blanks to fill."""
    with turkish().open("rb") as file:
        catalog = read_po(file, locale="tr")
    return {m.id for m in catalog if isinstance(m.id, str) and m.string and "%" not in m.id and m.string != m.id}


@pytest.fixture
def _back_to_english():
    """The middleware leaves its language with the thread."""
    with translation.override("en"):
        yield


_BARE_I = re.compile(r"\bI[a-zçğöşü]")  # in Turkish only a word that begins with ı, and no label of ours does


def _turkish(client, path):
    page = _Texts()
    page.feed(client.get(path, headers={"accept-language": "tr"}).content.decode())
    return page.found


@pytest.mark.usefixtures("_back_to_english")
def test_names_of_rows_values_and_connectors_are_said_in_turkish(people, ours):
    shared_rows()
    pages = {
        "channels.channel": {"Trendyol bağla…", "WooCommerce bağla…", "pazaryeri", "mağaza"},
        "catalog.mapping": {"marka", "kendi", "1 eşleme"},
        "catalog.fieldowner": {"merkez"},
        "pricing.pricerule": {"1 fiyat kuralı"},
        "pricing.fxrate": {"1 kur"},
    }
    for label, words in pages.items():
        assert words <= _turkish(people.operator, address(label)), label
    product = _turkish(people.operator, address("catalog.product", "change", ours.products[0].pk))
    connect = _turkish(people.operator, address("channels.channel", "list_press", "connect-trendyol"))

    assert "basit" in product
    assert {"API anahtarı", "API parolası", "Aynı sayfada"} <= connect
    assert "Yeniden hoş geldiniz:" in _turkish(Client(), "/panel/login/")


@pytest.mark.usefixtures("_back_to_english")
def test_every_page_is_turkish_to_the_dot_on_its_capital_i(people, ours):
    shared_rows()
    spoken, texts, found = english(), set(), {}
    for label in labels():
        for path in (address(label), address(label, "change", own_row(label, ours).pk)):
            page = people.operator.get(path, headers={"accept-language": "tr"}).content.decode()
            seen = _Texts()
            seen.feed(page)
            texts |= seen.found
            # What a row itself says (a kind, a name) is data; a heading or a label is ours.
            found |= {f"{path}: {text}": text for text in seen.found & spoken if text[:1].isupper() or " " in text}

    assert '<html lang="tr"' in page
    assert sorted(found) == []
    assert {text for text in texts if _BARE_I.search(text)} == set()
    assert {"İlk görülme", "İstenen"} <= texts
