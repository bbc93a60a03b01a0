"""Reads of packages."""

from __future__ import annotations

from django.db.models import Count

from .models import Package


def package_counts() -> dict[str, int]:
    """State → number of packages, of every seller."""
    rows = Package.objects.system().values_list("state").annotate(n=Count("id"))
    return dict(rows.order_by("state"))


def labelled_packages() -> list[str]:
    """Refs of packages that have a label, of every seller."""
    rows = Package.objects.system().filter(label__isnull=False)
    return list(rows.order_by("package_ref").values_list("package_ref", flat=True))
