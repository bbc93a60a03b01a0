"""The Procrastinate app: runs a person started, and periodic tasks. High-rate work is rows (see ``services/claims``)."""

from __future__ import annotations

from procrastinate import App, Blueprint

blueprint = Blueprint()


def on_app_ready(app: App) -> None:
    """Called by Procrastinate's Django integration once the app registry is full."""
    app.add_tasks_from(blueprint, namespace="entrepot")
