"""Filters of lists. Choices are the actor's own rows: another seller's channel is no choice."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import RelatedFieldListFilter, SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .chips import STATES
from .scope import actor_of, scoped

_MOST_CHOICES = 100


class OwnChoices(RelatedFieldListFilter):
    """A foreign key, offering only rows that the actor may see, at most a hundred; by name."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[Any]:
        related = field.remote_field.model
        path = "seller_id" if any(f.name == "seller" for f in related._meta.fields) else ""
        if related._meta.label_lower == "accounts.seller":
            path = "id"
        rows = scoped(related._default_manager.all(), actor_of(request), path).order_by("pk")
        names = [f.name for f in related._meta.fields if f.name in ("channel", "product")]
        return [(row.pk, str(row)) for row in rows.select_related(*names)[:_MOST_CHOICES]]

    def has_output(self) -> bool:
        return len(self.lookup_choices) > 1 or bool(self.lookup_val or self.lookup_val_isnull)


def state_filter(states: Any, *, field: str = "state", title: Any = None) -> type[SimpleListFilter]:
    """A filter over the states of a machine (or any words) in one column, with ``?state=``."""
    words = sorted(states)
    shown = title or _("state")

    class StateFilter(SimpleListFilter):
        title = shown
        parameter_name = field

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
            return [(s, STATES[s][1] if s in STATES else s.replace("_", " ")) for s in words]

        def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
            chosen = self.value()
            return rows.filter(**{field: chosen}) if chosen else rows

    StateFilter.__name__ = f"{field.title()}Filter"
    return StateFilter


def choice_filter(name: str, label: Any, choices: dict[str, tuple[Any, Any]]) -> type[SimpleListFilter]:
    """A filter of named conditions: {value: (words, condition)}; a condition is a Q."""
    shown = label

    class ChoiceFilter(SimpleListFilter):
        title = shown
        parameter_name = name

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
            return [(value, words) for value, (words, _condition) in choices.items()]

        def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
            found = choices.get(self.value() or "")
            return rows.filter(found[1]() if callable(found[1]) else found[1]) if found else rows

    ChoiceFilter.__name__ = f"{name.title()}Filter"
    return ChoiceFilter
