"""Files: labels now, whatever else later."""

from __future__ import annotations

from django.db import models

from entrepot.accounts.models import SellerScoped


class Document(SellerScoped):
    """One file in storage. ``sha256`` makes the same content one file."""

    kind = models.CharField(max_length=16)  # label
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to="documents/%Y/%m/")
    facts = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seller", "kind", "name", "sha256"], name="document_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Leftover(models.Model):
    """A file that no row may be about: written before its row was, or left when its row was deleted.

    Of no seller: it carries a name without meaning, and goes with the file.
    """

    file = models.CharField(max_length=100, unique=True)
    not_before = models.DateTimeField()  # until then somebody may still be making its row

    def __str__(self) -> str:
        return self.file
