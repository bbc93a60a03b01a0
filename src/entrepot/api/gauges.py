"""One figure of Prometheus."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Gauge

Values = Iterable[tuple[tuple[str, ...], float]]  # (values of the labels, figure)


def gauge(registry: CollectorRegistry, name: str, help: str, values: Values, *labels: str) -> None:
    """Put a figure, by label where it has any, into the registry."""
    found = Gauge(name, help, labels, registry=registry)
    for key, value in values:
        (found.labels(*key) if key else found).set(value)
