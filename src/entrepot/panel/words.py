"""Names of rows and fields in the reader's language. Models keep plain names; the panel says them translated."""

from __future__ import annotations

from django.apps import apps
from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy

from .empties import EMPTY
from .names import said
from .navigation import GROUP_OF, NAMES, ONE


def name_rows(site: AdminSite) -> None:
    """Let every model on the site, and its fields, be named by a message. Migrations see the models as written."""
    for model in site._registry:  # noqa: SLF001 - Django has no public list of what is registered
        meta = model._meta
        page = site._registry[model]  # noqa: SLF001
        page.empty_words = page.empty_words or EMPTY.get(f"{meta.app_label}_{meta.model_name}", "")
        apps.get_app_config(meta.app_label).verbose_name = GROUP_OF[meta.app_label]  # type: ignore[assignment]
        meta.verbose_name = ONE[f"{meta.app_label}_{meta.model_name}"]
        meta.verbose_name_plural = NAMES.get(f"{meta.app_label}_{meta.model_name}", meta.verbose_name_plural)
        for field in meta.concrete_fields:
            if type(field.verbose_name) is str:
                field.verbose_name = gettext_lazy(said(field.name))
