"""The whole main job in processes of its own."""

import os
import subprocess
import sys

import pytest

WALK = """
import sys
from entrepot.demo.walk import demo
sys.exit(demo(once=True, faults="none", seed=int(sys.argv[1]), before_judging={plant}))
"""


@pytest.fixture
def walk(tmp_path):
    """Runs the demo once: its exit status and what it printed."""
    return lambda *, seed, plant="None": _walk(tmp_path, seed, plant)


def _walk(tmp_path, seed, plant):
    """Run the demo once in a home of its own; its exit status and what it printed."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("ENTREPOT_", "DATABASE_", "DJANGO_"))}
    env |= {"ENTREPOT_DEMO_HOME": str(tmp_path / "home"), "COLUMNS": "140"}
    done = subprocess.run(
        [sys.executable, "-c", WALK.format(plant=plant), str(seed)],
        env=env, capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr
