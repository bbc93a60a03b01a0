"""The proof in short: real processes, faults, kills, and everything counted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


# Eight processes and PostgreSQL come to rest when the machine lets them: beside other tests that may take minutes.
@pytest.mark.skipif("ENTREPOT_PROOF" not in os.environ, reason="takes minutes: ENTREPOT_PROOF=1 runs it, or make proof")
@pytest.mark.slow
def test_a_short_run_holds():
    env = {k: v for k, v in os.environ.items() if not k.startswith(("ENTREPOT_", "DATABASE_", "DJANGO_"))}
    env["PYTHONPATH"] = str(REPOSITORY / "src")

    done = subprocess.run(
        [sys.executable, "-m", "proof", "--short", "--minutes", "0.1", "--seed", "3", "--json"], env=env,
        capture_output=True, text=True, timeout=600, check=False, cwd=REPOSITORY,
    )  # fmt: skip

    assert done.stdout, done.stderr[-3000:]
    told = json.loads(done.stdout)
    assert done.returncode == 0, (told["details"], told["happened"], done.stderr[-2000:])
    assert set(told["zeros"].values()) == {0}
    assert all(told["happened"].values())
    assert told["seed"] == 3
