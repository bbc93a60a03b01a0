"""``python -m entrepot.sandbox``: serve until stopped."""

from __future__ import annotations

import argparse
from pathlib import Path

from .faults import PRESETS
from .server import serve


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="entrepot sandbox", description="Strict simulators of every remote.")
    parser.add_argument("--port", type=int, default=8899)
    parser.add_argument("--faults", choices=sorted(PRESETS), default="none")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--catalogue", type=Path, help="a WooCommerce product CSV")
    parser.add_argument("--state-dir", type=Path, help="where the state outlives a restart")
    parser.add_argument("--assume-https", action="store_true", help="WooCommerce takes Basic over plain http")
    given = parser.parse_args()
    options = {"woocommerce": {"settings": {"assume_https": True}}} if given.assume_https else {}
    serve(
        port=given.port, faults=given.faults, seed=given.seed, catalogue=given.catalogue, state_dir=given.state_dir,
        options=options,
    )  # fmt: skip


if __name__ == "__main__":
    main()
