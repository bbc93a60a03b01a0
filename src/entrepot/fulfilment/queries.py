"""Reads of packages."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count

from entrepot.core.correlation import correlation_id

from .models import Package


def package_counts() -> dict[str, int]:
    """State → number of packages, of every seller."""
    rows = Package.objects.system().values_list("state").annotate(n=Count("id"))
    return dict(rows.order_by("state"))


def correlations(*, package_ids: Collection[int]) -> dict[int, str]:
    """Package id → what everything about its order is found by (``core.correlation``). One SQL query."""
    rows = Package.objects.system().filter(id__in=package_ids)
    found = rows.values_list("id", "order__channel_id", "order__order_ref")
    return {package_id: correlation_id(channel_id, ref) for package_id, channel_id, ref in found}


def labelled_packages() -> list[str]:
    """Refs of packages that have a label, of every seller."""
    rows = Package.objects.system().filter(label__isnull=False)
    return list(rows.order_by("package_ref").values_list("package_ref", flat=True))
