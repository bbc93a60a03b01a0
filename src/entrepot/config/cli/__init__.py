"""The script ``entrepot``. A command imports what it needs when it runs, so that ``--help`` is quick."""

from __future__ import annotations


def main() -> None:
    """Entry point of the script ``entrepot``; ends the process with the command's status."""
    import sys

    from .app import app

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal without UTF-8 gets escapes, not an error
            stream.reconfigure(errors="backslashreplace")
    app()
