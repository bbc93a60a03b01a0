"""Database up and Django loaded, for the length of a command."""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from typer.main import get_current_context

from entrepot.core.acting import acting
from entrepot.core.actor import Actor
from entrepot.core.errors import Refused

if TYPE_CHECKING:
    from entrepot.audit.services import Deed
    from entrepot.config.database import DatabaseHandle

OPERATOR = Actor("command line", "operator", None)


@contextmanager
def ready(*, log_level: str = "WARNING", migrated: bool = True, by: str = OPERATOR.name) -> Iterator[DatabaseHandle]:
    """Database, Django and, unless told otherwise, schema ready. ``by`` is who acts; empty: nobody, the hub works.

    Raises:
        Refused: a variable of the environment has a value that cannot be used; says which.
    """
    os.environ.setdefault("ENTREPOT_LOG_LEVEL", log_level)
    from entrepot.config.django import running

    with ExitStack() as stack:
        try:
            handle = stack.enter_context(running(migrated=migrated))
        except ValueError as error:
            raise Refused(str(error)) from None
        stack.enter_context(acting(by))
        if by:
            from entrepot.audit.services import audited

            stack.enter_context(audited(_deed))
        yield handle


def _deed() -> Deed:
    """The command with what it is about; no options, which may be secrets."""
    from entrepot.audit.services import Deed

    context = get_current_context()
    arguments = [p.name for p in context.command.params if p.param_type_name == "argument" and p.name]
    given = [str(context.params[name]) for name in arguments if context.params.get(name) not in (None, "")]
    options = sorted(n for n, v in context.params.items() if n not in arguments and v not in (None, False, "", ()))
    where = f"{getpass.getuser()}@{socket.gethostname()}"
    names = [context.info_name or ""]
    while context.parent is not None and context.parent.parent is not None:
        context = context.parent
        names.insert(0, context.info_name or "")
    what = " ".join(["entrepot", *names, *given])
    return Deed(OPERATOR.name, OPERATOR.role, "command", what, where, fields=options)


@contextmanager
def lean(*, log_level: str) -> Iterator[DatabaseHandle]:
    """Database and logs only, without Django: for a process that watches over others.

    Raises:
        Refused: a variable of the environment has a value that cannot be used; says which.
    """
    os.environ.setdefault("ENTREPOT_LOG_LEVEL", log_level)
    from entrepot.config import environment
    from entrepot.config.django import database
    from entrepot.config.logs import configure

    with ExitStack() as stack:
        try:
            level, is_debug = environment.text("ENTREPOT_LOG_LEVEL", "INFO"), environment.flag("ENTREPOT_DEBUG")
            configure(level=level, as_json=not is_debug)
            handle = stack.enter_context(database())
        except ValueError as error:
            raise Refused(str(error)) from None
        yield handle
