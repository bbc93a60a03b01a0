"""Database up and Django loaded, for the length of a command."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from entrepot.core.acting import acting
from entrepot.core.actor import Actor
from entrepot.core.errors import Refused

if TYPE_CHECKING:
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
        yield handle


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
