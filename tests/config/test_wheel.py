"""What is installed is what is here: templates, styles, catalogues, samples."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Names in a wheel that is built from a copy, so that nothing is left beside the source."""
    place = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT / "src", place / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, place)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _BUILD, str(place)],
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (built,) = place.glob("*.whl")
    with zipfile.ZipFile(built) as file:
        return {n for n in file.namelist() if n.startswith("entrepot/")}


def test_a_wheel_has_every_file_of_the_package_and_no_other(wheel):
    here = {
        p.relative_to(ROOT / "src").as_posix()
        for p in (ROOT / "src/entrepot").rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    }

    assert {"missing": sorted(here - wheel), "too many": sorted(wheel - here)} == {"missing": [], "too many": []}
    for kind in (".html", ".css", ".js", ".svg", ".mo", ".csv"):
        assert any(n.endswith(kind) for n in wheel), kind
