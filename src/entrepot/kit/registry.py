"""Finds connectors: ours by name, others through the entry-point group ``entrepot.connectors``."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from entrepot.core.errors import Invalid

from .spec import Spec

GROUP = "entrepot.connectors"


@cache
def connectors() -> dict[str, Spec]:
    """Every installed connector by slug.

    Raises:
        Invalid: two connectors claim one slug, or an entry point is no Spec.
    """
    found: dict[str, Spec] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda p: p.name):
        add(found, point.load(), origin=point.value)
    return found


def add(found: dict[str, Spec], spec: object, *, origin: str) -> None:
    """Put ``spec`` among ``found``; see :func:`connectors` for what is refused."""
    if not isinstance(spec, Spec):
        raise Invalid(f"entry point {origin}", "value", "must name a kit.spec.Spec")
    if spec.slug in found:
        raise Invalid(f"connector {spec.slug}", "slug", "is claimed twice")
    found[spec.slug] = spec


def connector(slug: str) -> Spec:
    """The connector of this slug.

    Raises:
        Invalid: there is none; says which there are.
    """
    known = connectors()
    if slug not in known:
        raise Invalid("connector", "slug", f"{slug!r} is not installed; installed: {', '.join(sorted(known))}")
    return known[slug]


def home(slug: str) -> Path:
    """The folder of a connector's package: ``samples`` and ``README.md`` are in it.

    Raises:
        Invalid: there is no such connector; says which there are.
    """
    spec = connector(slug)
    point = next(point for point in entry_points(group=GROUP) if point.load() is spec)
    package = importlib.import_module(point.module)
    return Path(str(package.__file__)).parent


def load(modules: Sequence[str]) -> dict[str, Spec]:
    """Specs of modules that define ``SPEC``, by slug: for tests of a folder that is not installed."""
    found: dict[str, Spec] = {}
    for name in modules:
        add(found, importlib.import_module(name).SPEC, origin=name)
    return found
