"""Payloads of a store, made from the samples with a few fields changed."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from entrepot.connectors import woocommerce
from entrepot.kit.read import read_raws
from entrepot.kit.requests import Account, loads

SAMPLES = Path(woocommerce.__file__).parent / "samples"
FACTS = {
    "store.currency": "EUR",
    "store.weight_unit": "kg",
    "store.length_unit": "cm",
}


def _page(name, page=0):
    return loads((SAMPLES / f"{name}.json").read_bytes())["pages"][page]


@pytest.fixture
def spec():
    return woocommerce.SPEC


@pytest.fixture
def samples():
    return SAMPLES


@pytest.fixture
def store():
    """The account of a store in euros, kilograms and centimetres; keyword arguments replace settings by name."""

    def make(**settings):
        changed = {name.replace("__", "."): value for name, value in settings.items()}
        return Account("https://shop.example", settings={**FACTS, **changed})

    return make


@pytest.fixture
def simple():
    """A simple product as the store tells it."""

    def make(**changed):
        return {**copy.deepcopy(_page("pull_products")["reply"][1]), **changed}

    return make


@pytest.fixture
def variable():
    """A variable product, with its two variations apart."""

    def make(**changed):
        return {**copy.deepcopy(_page("pull_products")["reply"][0]), **changed}

    return make


@pytest.fixture
def variation():
    def make(**changed):
        return {**copy.deepcopy(_page("pull_products")["details"][0][0]["reply"][0]), **changed}

    return make


@pytest.fixture
def order():
    def make(**changed):
        return {**copy.deepcopy(_page("pull_fulfilments")["reply"][0]), **changed}

    return make


@pytest.fixture
def read(spec):
    """One raw record of a kind, read with its details: (records, set aside)."""

    def one(kind, raw, account, details=()):
        found = read_raws(spec, kind, [raw], account, [list(details)])
        return found.records, [(a.where, a.field, a.reason) for a in found.set_aside]

    return one
