"""Logs: one JSON object a line on standard error, the same for our messages and the libraries'.

What fails in the web server is written into a file of the home as well: see :func:`keep_errors`.
"""

from __future__ import annotations

import logging
import logging.config
import logging.handlers
import os
import sys
from pathlib import Path
from typing import Any

import structlog

from entrepot.core.correlation import correlation_ids


def configure(*, level: str, as_json: bool) -> None:
    """Set up logging for the process; ``as_json`` False gives lines for people."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        _correlate,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    foreign = [*shared, _name_request]
    last: list[Any] = [structlog.dev.ConsoleRenderer(colors=False)]
    if as_json:
        # Frames without their variables: those hold credentials, buyers' addresses and whole remote answers.
        frames = structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=20)
        last = [structlog.processors.ExceptionRenderer(frames), structlog.processors.JSONRenderer()]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": foreign,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    }
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"lines": formatter},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
            "root": {"handlers": ["stderr"], "level": level},
            # One line per call at INFO would drown ours; the call log has them.
            "loggers": {
                "httpx": {"level": "WARNING"},
                "httpcore": {"level": "WARNING"},
                "procrastinate": {"level": "WARNING"},
                "psycopg.pool": {"level": "ERROR"},
            },
        }
    )


def keep_errors(file: Path) -> None:
    """From now on write errors of this process into ``file`` too, whose folder is there; it may be moved away.

    Nothing happens where standard error is that file already.
    """
    root = logging.getLogger()
    if _is_stderr(file) or any(getattr(handler, "baseFilename", None) == str(file) for handler in root.handlers):
        return
    handler = logging.handlers.WatchedFileHandler(file, encoding="utf-8", delay=True)
    handler.setLevel(logging.ERROR)
    handler.setFormatter(root.handlers[0].formatter)
    root.addHandler(handler)


def _is_stderr(file: Path) -> bool:
    try:
        return file.exists() and os.path.samestat(file.stat(), os.fstat(sys.stderr.fileno()))
    except (OSError, ValueError):  # no file behind it
        return False


def _correlate(_logger: Any, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A line says which orders the work was about that wrote it."""
    if ids := correlation_ids():
        event.setdefault("correlation", list(ids))
    return event


def _name_request(_logger: Any, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Django's line about a request that failed says of which: method, path and status."""
    record = event.get("_record")
    request = getattr(record, "request", None)
    if request is not None and hasattr(request, "path"):
        event |= {"method": request.method, "path": request.path, "status": getattr(record, "status_code", None)}
    return event
