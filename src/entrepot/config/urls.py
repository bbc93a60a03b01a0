"""Every address: each layer that is there brings its own."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns: list[Any] = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("panel/", admin.site.urls),
]
# (module with urlpatterns, where it hangs)
_PARTS = [("entrepot.api.urls", ""), ("entrepot.panel.urls", "")]
urlpatterns = [
    path(at, include(name)) for name, at in _PARTS if find_spec(name.rpartition(".")[0]) and find_spec(name)
] + urlpatterns
