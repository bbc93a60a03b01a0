"""The web panel: one site, scoped by role and seller."""
