"""A marketplace's own categories, attributes, values and brands, as last read."""

from __future__ import annotations

from django.db import models


class Taxon(models.Model):
    """One word of a marketplace's vocabulary; the same for all its sellers, so it has no seller.

    ``scope`` is the category of an attribute, and ``category/attribute`` of a value; empty for categories and brands.
    """

    connector = models.SlugField(max_length=40)
    kind = models.CharField(max_length=12)  # category, attribute, value, brand
    scope = models.CharField(max_length=80, blank=True)
    ref = models.CharField(max_length=40)
    parent_ref = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=300)
    folded = models.CharField(max_length=300)  # core.text.fold of the name, for look-ups
    facts = models.JSONField(default=dict)  # required, custom, slicer, varianter, multiple, path, leaf
    version = models.IntegerField()  # of the reading that saw it last
    seen_at = models.DateTimeField()
    is_gone = models.BooleanField(default=False)  # a later complete reading did not have it
    learnt_at = models.DateTimeField(null=True, blank=True)  # of a category: when its attributes and values were read

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connector", "kind", "scope", "ref"], name="taxon_once"),
        ]
        indexes = [models.Index(fields=["connector", "kind", "scope", "folded"], name="taxon_by_name")]  # resolver

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
