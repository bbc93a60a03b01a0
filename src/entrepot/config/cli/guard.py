"""Errors on the command line: one line on standard error that says what to do, and status 1. No traceback."""

from __future__ import annotations

import sys
from typing import Any

import typer
from typer.core import TyperGroup

from entrepot.core.errors import EntrepotError, RemoteBusy, RemoteUnauthorised

# By name, so that Django and psycopg are not imported to find out that they were not.
_EXPECTED = {
    "DatabaseDownError": "database",
    "OperationalError": "the database does not answer; is DATABASE_URL right?",
    "ImproperlyConfigured": "the configuration is wrong",
    "PoolTimeout": "the database has no connection left",
}


class Guarded(TyperGroup):
    """The root of all commands. What a person can mend ends in one line; what only we can mend keeps its traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            sys.stderr.close()  # whoever read our output has gone: there is nobody to tell
            raise typer.Exit(0) from None
        except Exception as error:
            told = message(error)
            if told is None:
                raise
            typer.echo(f"entrepot: {told}", err=True)
            raise typer.Exit(1) from None


def message(error: BaseException) -> str | None:
    """One line for an error that its reader can act on; None for one that is a fault of ours."""
    if isinstance(error, RemoteUnauthorised):
        return _line(f"{error}; give new credentials, or the missing right at the remote")
    if isinstance(error, RemoteBusy):
        return _line(f"{error}; try again in {error.retry_after_s:.0f} s")
    if isinstance(error, EntrepotError):
        return _line(str(error))
    return _of_django(error)


def _of_django(error: BaseException) -> str | None:
    names = {c.__name__ for c in type(error).__mro__}
    what = next((text for name, text in _EXPECTED.items() if name in names), None)
    if "ObjectDoesNotExist" in names:
        from entrepot.web.problems import absent

        return _line(absent(error))  # type: ignore[arg-type]
    if what is not None:
        return _line(f"{what}: {error}")
    if isinstance(error, OSError):
        return _line(f"{error.filename or 'file'}: {error.strerror or error}")
    return None


def _line(text: str) -> str:
    return " ".join(text.split())
