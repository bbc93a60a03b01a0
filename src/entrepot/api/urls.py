"""Addresses of the API, of the webhooks and of the health checks."""

from __future__ import annotations

from django.urls import path

from entrepot.web.bound import for_every_seller

from . import health, hooks
from .v1 import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("hooks/<str:token>", for_every_seller(hooks.receive_webhook), name="hook"),  # its token says whose it is
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", for_every_seller(health.metrics), name="metrics"),
]
