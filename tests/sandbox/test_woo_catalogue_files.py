"""A catalogue that is no product CSV is refused in words, before anything is served."""

from __future__ import annotations

import csv

import pytest

from entrepot.sandbox.server import SandboxConfig, SandboxServer

FILES = {
    "binary": (bytes(range(256)), "is no text: byte 128 is not UTF-8"),
    "empty": (b"", "it has neither a column Name nor SKU"),
    "another table": (b"a,b\n1,2\n", "it has neither a column Name nor SKU"),
    "a position that is none": (b"Name,SKU,Position\nTea,T,first\n", "row 1: Position must be a whole number, not 'first'"),
    "a parent that is not there": (b"Type,Name,SKU,Parent\nvariation,Tea,T,NOPE\n", "row 1: variation 'T' names the parent"),
    "an endless cell": (b'Name,SKU\n"' + b"x" * 200_000, "is not a CSV"),
}  # fmt: skip


@pytest.fixture
def short_cells():
    """Python's own limit, as a sandbox that runs alone has it."""
    before = csv.field_size_limit(131_072)
    yield
    csv.field_size_limit(before)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_catalogue_says_why(tmp_path, name, short_cells):
    content, why = FILES[name]
    path = tmp_path / "shop.csv"
    path.write_bytes(content)

    with pytest.raises(ValueError, match=why):
        SandboxServer(SandboxConfig(catalogue=path))


def test_cells_beyond_the_header_and_rows_that_end_early_are_taken_as_they_are(tmp_path):
    path = tmp_path / "shop.csv"
    path.write_bytes(b"Name,SKU,Stock\nTea,T1,5,more,cells\nCup,T2\n")

    with SandboxServer(SandboxConfig(catalogue=path)) as server:
        products = server.remotes["woocommerce"].snapshot()["tables"]["products"]

    assert [(row["sku"], row["stock_quantity"]) for row in products] == [("T1", 5), ("T2", None)]


def test_a_port_that_is_taken_is_named_with_what_to_do():
    with SandboxServer() as first:
        port = int(first.url.rpartition(":")[2])

        with pytest.raises(ValueError, match=f"port {port} cannot be listened on: .*choose another --port"):
            SandboxServer(port=port)
