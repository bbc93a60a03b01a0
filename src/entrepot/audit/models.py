"""What people did, one row for each thing done; never changed."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from entrepot.accounts.models import ScopedManager

DOORS = [("panel", "panel"), ("api", "API"), ("command", "command line")]


class AuditEntry(models.Model):
    """One thing that a person or a key did. Holds names of fields and ids, never values.

    Partitioned by day on ``recorded_at``. Rights let web and workers add and read it, and nobody but the owner of the
    tables change it.
    """

    id = models.BigAutoField(primary_key=True)
    recorded_at = models.DateTimeField()
    seller_id = models.BigIntegerField(null=True)  # whose business it was; null: the operator's, or nobody said whose
    actor = models.CharField(max_length=160)
    role = models.CharField(max_length=10)
    door = models.CharField(max_length=10, choices=DOORS)
    what = models.CharField(max_length=300)  # method and path with ids, or the command with its arguments
    came_from = models.CharField(max_length=160)  # address as web.caller says it, or user@host; empty: unknown
    fields = ArrayField(models.CharField(max_length=60))  # what was given, by name
    subject_ids = ArrayField(models.BigIntegerField())  # rows that were named in the body

    objects = ScopedManager()

    class Meta:
        db_table = "audit_entry"
        verbose_name = "audit entry"
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.actor}: {self.what}"
