"""A third connector is one folder: it is found, passes the suite and can be parsed, and nothing else is touched."""

from __future__ import annotations

import json
from importlib.metadata import EntryPoint
from pathlib import Path

import bazaria
import pytest

from entrepot.core.errors import Invalid
from entrepot.kit import conformance, registry
from entrepot.kit.parse import account_for, exit_status, parse, parse_file

SAMPLES = Path(bazaria.__file__).parent / "samples"


def test_a_folder_is_a_connector():
    found = registry.load(["bazaria"])

    assert list(found) == ["bazaria"]
    assert found["bazaria"].decided()["push_offers"] == "yes"
    assert found["bazaria"].decided()["pull_claims"] == "an invented marketplace has no more"


def test_a_slug_is_claimed_once_only():
    with pytest.raises(Invalid, match="claimed twice"):
        registry.load(["bazaria", "bazaria"])


def test_an_entry_point_that_is_no_spec_is_refused():
    with pytest.raises(Invalid, match="must name a kit"):
        registry.add({}, object(), origin="somewhere:SPEC")


def test_an_installed_connector_is_found_with_its_folder(monkeypatch):
    point = EntryPoint("bazaria", "bazaria:SPEC", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    registry.connectors.cache_clear()

    try:
        assert registry.connector("bazaria") is bazaria.SPEC
        assert registry.home("bazaria") / "samples" == SAMPLES
        with pytest.raises(Invalid, match="installed: bazaria"):
            registry.connector("nosuch")
        assert parse_file("bazaria", "order", b"[]") == (0, {"records": [], "drift": [], "set_aside": []})
        assert parse_file("bazaria", "order", b"[7]")[0] == 3
        assert parse_file("bazaria", "order", b"7 7")[0] == 2
    finally:
        registry.connectors.cache_clear()


def test_it_passes_the_suite():
    findings = conformance.run(bazaria.SPEC, SAMPLES)

    assert findings == []
    assert conformance.report(bazaria.SPEC, findings).endswith("checks, 0 findings, 0 waived")


def test_its_answers_can_be_parsed_by_kind():
    page = json.loads((SAMPLES / "pull_orders.json").read_text())["pages"][0]["reply"]
    account = account_for(bazaria.SPEC, ["account.currency=EUR"])

    found = parse(bazaria.SPEC, "order", json.dumps(page).encode(), account)

    assert exit_status(found) == 0
    assert [r["package_ref"] for r in found["records"]] == ["80869231", "80869232"]
    assert found["records"][0]["placed_at"] == "2024-05-14T07:40:00+00:00"  # 10:40 on the clock of GMT+3
    assert found["records"][0]["total"] == "25.80"
