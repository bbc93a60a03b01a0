"""A real bucket."""

from __future__ import annotations

from tests.s3_store import s3, s3_server, with_options

__all__ = ["s3", "s3_server", "with_options"]
