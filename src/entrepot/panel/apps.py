"""The panel as a Django app: the admin of Unfold, on one site."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class PanelConfig(AdminConfig):
    """Django's admin without its discovery: each domain's pages are imported by the panel itself."""

    default_site = "entrepot.panel.site.PanelSite"
    default = True
