"""The whole main job in processes of its own."""

import os
import subprocess
import sys

import pytest

# The figures are judged twice: as the walk left them, and after a buyer came whom the hub has not heard of.
WALK = """
import sys
from rich.console import Console
from entrepot.demo.walk import demo, judged

def plant(sandbox):
    print("status of the walk:", judged(Console(), sandbox))
    sandbox.act("trendyol", "random_order", storefront="TR")

sys.exit(demo(once=True, faults="none", seed=3, before_judging=plant))
"""


@pytest.fixture(scope="module")
def walk(tmp_path_factory):
    """What the demo printed until its figures were judged, what it printed after, and its exit status."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("ENTREPOT_", "DATABASE_", "DJANGO_"))}
    env |= {"ENTREPOT_DEMO_HOME": str(tmp_path_factory.mktemp("demo") / "home"), "COLUMNS": "140"}
    done = subprocess.run(
        [sys.executable, "-u", "-c", WALK], env=env, capture_output=True, text=True, timeout=400, check=False
    )
    before, _, after = done.stdout.partition("status of the walk: ")
    return before, after + done.stderr, done.returncode
