"""The watch over secrets in the suite's output sees a secret that is written out."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.canary import in_files, leaks

KEY = "en_0a1b2c3d4e_" + "Zk" * 22
SECRET = "a-secret-of-the-marketplace"
PLANTED = f"""
import sys, logging, subprocess
from cryptography.fernet import Fernet, MultiFernet
import pytest, json

@pytest.fixture(autouse=True)
def sealed():
    MultiFernet([Fernet(Fernet.generate_key())]).encrypt(json.dumps({{"api_secret": "{SECRET}"}}).encode())

def test_silent(): pass
def test_prints(): print("calling with {SECRET}")
def test_logs(): logging.getLogger("x").warning("refused: %s", "{SECRET}")
def test_process(): subprocess.run([sys.executable, "-c", "import sys; print('{KEY}', file=sys.stderr)"])
def test_file(tmp_path): (tmp_path / "web.log").write_text("opened with {SECRET}")
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [("all is well", []), (f"Bearer {KEY}", ["en_0a1…"]), (f"secret={SECRET}", ["a-secr…"]), ("en_0a1b2c3d4e", [])],
)
def test_a_secret_is_seen_whoever_made_it(text, found):
    assert leaks(text, {SECRET}) == found


@pytest.fixture
def folder(tmp_path):
    """Emptied at the end: what is planted here must not be found by the watch over this run."""
    yield tmp_path
    shutil.rmtree(tmp_path)


def test_log_files_are_looked_through(folder):
    (folder / "home").mkdir()
    (folder / "home" / "worker.log").write_text(f'{{"event": "call", "key": "{KEY}"}}')
    (folder / "home" / "credentials.json").write_text(KEY)  # is meant to be there

    assert in_files(folder) == ["home/worker.log: en_0a1…"]


def test_a_test_that_writes_one_fails(folder):
    (folder / "test_planted.py").write_text(PLANTED)
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.canary",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(folder),
    ]
    root = Path(__file__).parents[2]

    done = subprocess.run(
        [*command, f"--basetemp={folder / 'base'}", "test_planted.py"],
        cwd=folder, env={"PYTHONPATH": str(root), "PATH": ""}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert "3 failed, 2 passed, 1 error" in done.stdout, done.stdout + done.stderr
    assert {w for w in ("test_prints", "test_logs", "test_process") if f"FAILED test_planted.py::{w}" in done.stdout} == {
        "test_prints", "test_logs", "test_process"
    }  # fmt: skip
    assert "web.log: a-secr…" in done.stdout
