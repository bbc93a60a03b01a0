"""What granian loads in each of its workers: the WSGI application, and the sender of wake-ups."""

from __future__ import annotations

from entrepot.config.environment import home
from entrepot.config.logs import keep_errors
from entrepot.config.wsgi import application
from entrepot.jobs.notices import NOTICES

__all__ = ["application"]

keep_errors(home() / "web.log")

NOTICES.start()  # a webhook taken here wakes the worker at once
