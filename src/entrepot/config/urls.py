"""Every address: the API, webhooks and probes, and the panel."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("entrepot.api.urls")),
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("panel/", admin.site.urls),
]
