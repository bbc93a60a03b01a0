"""A demo never empties the home of one that is at work."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys


def test_a_second_demo_in_the_same_home_says_so_and_touches_nothing(tmp_path):
    home = tmp_path / "demo"
    home.mkdir()
    (home / "postgres.log").write_text("at work")
    with (tmp_path / "demo.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        done = subprocess.run(
            [sys.executable, "-m", "entrepot.config.cli", "demo", "--once"], capture_output=True, text=True, check=False,
            env={**os.environ, "ENTREPOT_DEMO_HOME": str(home), "COLUMNS": "300"}, timeout=60,
        )  # fmt: skip

    assert done.returncode == 1
    assert f"A demo runs in {home} already" in done.stdout
    assert (home / "postgres.log").read_text() == "at work"
