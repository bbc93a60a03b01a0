from __future__ import annotations

from django.apps import AppConfig
from django.contrib import admin
from django.contrib.admin import sites
from django.utils.module_loading import autodiscover_modules


class PanelConfig(AppConfig):
    name = "entrepot.panel"
    label = "panel"
    verbose_name = "Panel"

    def ready(self) -> None:
        """Put the panel's site in the place of Django's, then let every domain register its pages on it."""
        from entrepot.web.admin import capitals

        from .site import PanelSite
        from .words import name_rows

        capitals.install()
        admin.site = sites.site = PanelSite()
        autodiscover_modules("admin", register_to=admin.site)
        name_rows(admin.site)
