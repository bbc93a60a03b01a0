from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from entrepot.connectors.trendyol import SPEC
from entrepot.kit import records
from entrepot.kit.requests import Account, loads

SAMPLES = Path(__file__).parents[3] / "src/entrepot/connectors/trendyol/samples"


@pytest.fixture
def account() -> Account:
    """Seller 9001 on the home market, with the spec's defaults."""
    return Account(
        "https://remote.example/integration", account_ref="9001", settings={s.name: s.default for s in SPEC.settings}
    )


@pytest.fixture
def package() -> Callable[..., dict[str, Any]]:
    """A package as the page "Webhook model" documents it, with fields of one's own."""
    kept = json.dumps(json.loads((SAMPLES / "package.json").read_text())["reply"][0])

    def made(**fields: Any) -> dict[str, Any]:
        return {**loads(kept), **fields}

    return made


@pytest.fixture
def content() -> Callable[..., records.Content]:
    """A listing that Trendyol takes, with fields of one's own."""

    def made(**fields: Any) -> records.Content:
        facts: dict[str, Any] = {
            "listing_ref": "KZY-TS-001-S", "sku": "TS001-S", "model_ref": "KZY-TS-001", "title": "Kuzey pamuk tişört",
            "description": "<p>Yumuşak pamuk</p>", "brand_ref": "70001", "category_ref": "520",
            "attributes": (
                records.AttributeChoice(attribute_ref="293", value_ref="4601"),
                records.AttributeChoice(attribute_ref="47", text="Lacivert"),
            ),
            "images": ("https://img.example.test/ts1.jpg",), "origin": "TR", "vat_rate": Decimal("0.10"),
            "weight_g": 1000, "list_price": Decimal("349.90"), "sale_price": Decimal("299.90"), "currency": "TRY",
            "quantity": 40, "storefront": "TR",
        }  # fmt: skip
        return records.Content(**{**facts, **fields})

    return made
