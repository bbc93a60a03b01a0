"""The command line. Everything that costs time to import is imported inside the commands."""

from __future__ import annotations


def main() -> None:
    """Entry point of the script ``entrepot``."""
    from .app import app

    app()
