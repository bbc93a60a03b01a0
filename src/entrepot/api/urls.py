"""Addresses of the API, of the webhooks and of the health checks."""

from __future__ import annotations

from django.urls import path

from . import health, hooks
from .v1 import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("hooks/<str:token>", hooks.receive_webhook, name="hook"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
