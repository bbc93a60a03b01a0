"""Cells of a list that are edited in place and saved once, each compared with the value as it was drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import DataError, transaction
from django.forms import BaseModelFormSet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from entrepot.core.clock import now
from entrepot.core.errors import Invalid, Refused

from .bounds import refusal
from .scope import actor_of

Cell = tuple[int, str, Any, Any]  # (row id, field, value as drawn, value now)
_PREFIX = "form"
_MOST = 1000


class CellForm(forms.ModelForm):
    """Inputs of one row. The service judges the values, so that its words are the only ones."""

    def _post_clean(self) -> None:
        pass


class CellFormSet(BaseModelFormSet):
    """The forms of a list. A refusal of the service is shown at the cell that it is about."""

    cell_error: Refused | None = None

    def clean(self) -> None:
        error = self.cell_error
        if error is None:
            return
        if isinstance(error, Invalid):
            for form in self.forms:
                is_it = str(form.instance) == error.record and error.field in form.changed_data
                if is_it and error.field in form.fields:
                    form.add_error(error.field, error.why)
        raise forms.ValidationError(str(error))


class Cells:
    """Mixin of pages with a ``save_cells`` service and the names of its cells in ``cells``: {field: label}."""

    cells: Mapping[str, Any] = {}
    save_cells: Callable[..., Sequence[int]] | None = None

    def has_cells(self, request: HttpRequest) -> bool:
        """Whether this actor edits the list."""
        return bool(self.cells) and actor_of(request).can_write

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> type[forms.ModelForm]:
        fields = {
            name: forms.CharField(
                required=False, label=label, show_hidden_initial=True, strip=False,
                widget=forms.TextInput({"class": "cell", "aria-label": label, "autocomplete": "off"}),
            )
            for name, label in self.cells.items()
        }  # fmt: skip
        meta = type("Meta", (), {"model": self.model, "fields": list(self.cells)})  # type: ignore[attr-defined]
        return type("CellsOfRow", (CellForm,), {**fields, "Meta": meta})

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> type[BaseModelFormSet]:
        error = getattr(request, "cell_error", None)
        formset = type("CellFormSet", (CellFormSet,), {"cell_error": error})
        return forms.modelformset_factory(
            self.model,  # type: ignore[attr-defined]
            self.get_changelist_form(request), extra=0, fields=list(self.cells), formset=formset,
        )  # fmt: skip

    def save_posted_cells(self, request: HttpRequest) -> HttpResponse | None:
        """Save what a person changed; None: it was refused, and the list has to be drawn again with the reason.

        404: a row that is not this actor's. 403: this actor edits nothing.
        """
        if not self.has_cells(request):
            raise PermissionDenied
        cells = posted_cells(request.POST, list(self.cells))
        rows = {r.pk: r for r in self.get_queryset(request).filter(pk__in={c[0] for c in cells})}  # type: ignore[attr-defined]
        if any(c[0] not in rows for c in cells):
            raise Http404
        try:
            changed = self._save(rows, cells)
        except (Refused, ObjectDoesNotExist, DataError) as error:
            request.cell_error = _refused(error, rows, cells)  # type: ignore[attr-defined]
            request.POST = redrawn(request.POST, rows, cells)  # type: ignore[assignment]
            return None
        self.log_changes(request, [rows[pk] for pk in changed if pk in rows], _("cells edited"))  # type: ignore[attr-defined]
        told = ngettext("%(count)d row changed.", "%(count)d rows changed.", len(changed)) % {"count": len(changed)}
        messages.success(request, told if changed else _("Nothing was changed."))
        return HttpResponseRedirect(request.get_full_path())

    def _save(self, rows: Mapping[int, Any], cells: Sequence[Cell]) -> list[int]:
        groups: dict[int, list[Cell]] = defaultdict(list)
        for cell in cells:
            groups[rows[cell[0]].seller_id].append(cell)
        changed: list[int] = []
        with transaction.atomic():
            for seller_id, own in sorted(groups.items()):
                changed += type(self).save_cells(seller_id=seller_id, cells=own, at=now())  # type: ignore[misc]
        return changed


def _refused(error: Exception, rows: Mapping[int, Any], cells: Sequence[Cell]) -> Refused:
    """What to say at the cells: the service's words, or which value the database could not keep."""
    if isinstance(error, DataError):
        return refusal((rows[pk], name, text) for pk, name, _drawn, text in cells)
    return error if isinstance(error, Refused) else Refused(str(error))


def posted_cells(data: QueryDict, names: Sequence[str]) -> list[Cell]:
    """The cells of a posted list whose value is no longer the one that was drawn.

    Raises:
        Refused: the form is not one of ours, or has more than a thousand rows.
    """
    total = data.get(f"{_PREFIX}-TOTAL_FORMS", "")
    if not total.isdecimal() or int(total) > _MOST:
        raise Refused(_("the list cannot be read; load it again"))
    found: list[Cell] = []
    for i in range(int(total)):
        key = data.get(f"{_PREFIX}-{i}-id", "")
        for name in names:
            value, drawn = data.get(f"{_PREFIX}-{i}-{name}"), data.get(f"initial-{_PREFIX}-{i}-{name}")
            if key.isdecimal() and value is not None and drawn is not None and value != drawn:
                found.append((int(key), name, drawn, value))
    return found


def redrawn(data: QueryDict, rows: Mapping[int, Any], cells: Sequence[Cell]) -> QueryDict:
    """The posted list with the present values as drawn: who has seen the other's value may overwrite it."""
    fresh = data.copy()
    changed = {(c[0], c[1]) for c in cells}
    for i in range(int(data.get(f"{_PREFIX}-TOTAL_FORMS", "0"))):
        key = data.get(f"{_PREFIX}-{i}-id", "")
        for pk, name in changed:
            if key == str(pk):
                present = getattr(rows[pk], name)
                fresh[f"initial-{_PREFIX}-{i}-{name}"] = "" if present is None else str(present)
    return fresh
