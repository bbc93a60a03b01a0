"""Logs: one JSON object a line on standard error, the same for our messages and the libraries'."""

from __future__ import annotations

import logging
import logging.config
from typing import Any

import structlog


def configure(*, level: str, as_json: bool) -> None:
    """Set up logging for the process; ``as_json`` False gives lines for people."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
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
        "foreign_pre_chain": shared,
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
