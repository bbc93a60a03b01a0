"""The WSGI application that granian serves."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.config.settings")
_HOOKS = "/hooks/"


class _Hooks(WSGIHandler):
    """Django without the site's middleware: a remote that posts has no session, language, cookie or page, and all that
    looks for them would cost more than taking the webhook.
    """

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002 - Django's signature
        """None."""
        self._view_middleware, self._template_response_middleware, self._exception_middleware = [], [], []
        self._middleware_chain = convert_exception_to_response(self._get_response)


_site = get_wsgi_application()
_hooks = _Hooks()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The whole site; webhooks by a shorter way."""
    handler = _hooks if environ.get("PATH_INFO", "").startswith(_HOOKS) else _site
    return handler(environ, start_response)
