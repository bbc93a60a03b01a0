"""Words of the theme: Unfold has no catalogue of its own, so that ours says them too."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

WORDS = [
    _("All applications"), _("Apply Filters"), _("Click to cancel"), _("Collapse"), _("Dark"), _("Light"),
    _("System"), _("Date"), _("Date from"), _("Date to"), _("From"), _("To"), _("Filters"), _("Go back"),
    _("Loading more results..."), _("More actions"), _("Next"), _("Previous"), _("No data"), _("No recent searches"),
    _("No results found"), _("No results matching your query"), _("Recent searches"), _("Reset filters"),
    _("Reset to default"), _("Return to site"), _("Run"), _("Search apps and models..."), _("Select action"),
    _("Select action to run"), _("Select all rows"), _("Select record"), _("Select value"),
    _("Toggle password visibility"), _("True"), _("False"), _("Type to search"), _("Value"), _("Welcome"),
    _("This page yielded into no results. Create a new item or reset your filters."),
    _("You have been successfully logged out from the administration"), _("Submit"), _("Expand row"),
    _("Choose file to upload"), _("General"), _("Default"), _("Forgotten your password or username?"),
    _("Welcome back to"),
]  # fmt: skip
