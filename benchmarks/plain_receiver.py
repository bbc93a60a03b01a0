"""The least that a receiver can do: the same server, an empty endpoint, one INSERT and its commit. No framework."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from psycopg_pool import ConnectionPool

_POOL: ConnectionPool[Any] = ConnectionPool(
    os.environ["BENCH_DATABASE_URL"], min_size=1, max_size=32, kwargs={"autocommit": True}, open=True
)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Keep the body, answer 200."""
    body = environ["wsgi.input"].read()
    with _POOL.connection() as connection:
        connection.execute("INSERT INTO bench_plain (body) VALUES (%s)", [body])
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"taken"]
