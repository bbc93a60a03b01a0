"""Whoever reads bytes that somebody else wrote is tried with bytes that nobody meant."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from source_tree import Module

READS = {
    "json.loads", "json.load", "csv.reader", "csv.DictReader", "etree.fromstring", "etree.parse", "base64.b64decode",
    "base64.urlsafe_b64decode", "pickle.loads", "zipfile.ZipFile", "yaml.safe_load", "tomllib.loads",
}  # fmt: skip
# Module → the tests that try it with damaged input.
TRIED = {
    "kit/requests.py": "kit/test_kit_reading.py",  # every answer and webhook of every remote goes through it
    "ingress/services/sheet_rows.py": "ingress/test_sheet_rows_damaged.py",
    "pricing/services/fx_file.py": "pricing/test_fx_file_damaged.py",
    "events/kafka/cloudevents.py": "events/kafka/test_cloudevents_damaged.py",
    "web/paging.py": "web/test_paging_damaged.py",
    "web/parser.py": "api/test_schema.py",
    "audit/middleware.py": "api/test_schema.py",
}
# Module → whose bytes it reads, which are ours.
OURS = {
    "channels/services/vault.py": "what it encrypted",
    "config/environment.py": "a key of the operator's",
    "events/services/deliver.py": "a column of jsonb",
    "ingress/services/aside.py": "what it has just written",
}
NOT_OF_THE_HUB = ("sandbox", "demo")
TRIES = ("@given", "schemathesis", "damaged(")


def readers(modules: list[Module]) -> Iterator[str]:
    for module in modules:
        if module.package in NOT_OF_THE_HUB or module.is_migration:
            continue
        called = {ast.unparse(n.func) for n in ast.walk(module.tree) if isinstance(n, ast.Call)}
        if any(name == read or name.endswith("." + read) for name in called for read in READS):
            yield module.path


def test_every_reader_of_foreign_bytes_is_tried_with_damaged_ones(ours, repository):
    assert set(readers(ours)) == set(TRIED) | set(OURS)
    for path in TRIED.values():
        text = (repository / "tests" / path).read_text()
        assert any(word in text for word in TRIES), path


def test_a_new_reader_is_found(plant):
    text = "import json\n\n\ndef told(raw):\n    return json.loads(raw)\n"

    assert list(readers(plant({"claims/services/read.py": text, "sandbox/x.py": text}))) == ["claims/services/read.py"]
