"""The one site of the panel."""

from __future__ import annotations

from unfold.sites import UnfoldAdminSite


class PanelSite(UnfoldAdminSite):
    """Staff of ours and people of sellers sign in here."""
