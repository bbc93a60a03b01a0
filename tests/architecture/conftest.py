"""The tree under test, and a way to plant a file that breaks a rule."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from source_tree import Module, read_tree

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder that holds pyproject.toml."""
    return REPOSITORY


@pytest.fixture(scope="session")
def ours() -> list[Module]:
    """Every module of the package, by path."""
    return read_tree(REPOSITORY / "src/entrepot")


@pytest.fixture
def plant(tmp_path):
    """Writes files of an invented tree, by path below the package, and reads it as the real one is read."""

    def planted(files: dict[str, str]) -> list[Module]:
        root = tmp_path / "src/entrepot"
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return read_tree(root)

    return planted
