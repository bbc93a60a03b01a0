"""The base of every page of the panel: scoping, roles, reading, buttons, cells, sections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.contrib.admin import ShowFacets
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.forms import ActionForm

from entrepot.core.errors import Refused

from . import show, words
from .capitals import capfirst
from .cells import Cells
from .columns import Column
from .paging import CappedPaginator
from .presses import Presses
from .scope import actor_of, scoped
from .sections import SectionsOf


class RowList(ChangeList):
    """A list that fills its columns for a whole page at once, and keeps the order of a form that was refused."""

    model_admin: Any  # a Page

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        if not self.model_admin.has_cells(request):
            self.list_editable = ()

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count
        if getattr(request, "cell_error", None) is not None:
            self.result_list = self._as_posted(request)
        rows = list(self.result_list)  # a queryset keeps these very rows, for the forms of the cells
        for column in self.model_admin.all_columns():
            column.fill(actor_of(request), rows)

    def _as_posted(self, request: HttpRequest) -> list[Any]:
        """New rows may have come meanwhile: the forms belong to the rows that were posted, in that order."""
        total = int(request.POST.get("form-TOTAL_FORMS", 0))
        keys = [request.POST.get(f"form-{i}-id", "") for i in range(total)]
        found = {str(r.pk): r for r in self.root_queryset.filter(pk__in=[k for k in keys if k.isdecimal()])}
        return [found[k] for k in keys if k in found]


class Page(Cells, Presses, SectionsOf, ModelAdmin):
    """A page that reads. Only buttons and cells change anything, each through one service.

    ``seller_path`` leads from the row to the seller's id; empty: the rows belong to nobody and everybody reads them,
    unless the page is ``operator_only``. ``concealed`` fields are never shown, searched or filtered by.
    """

    seller_path = "seller_id"
    operator_only = False
    concealed: Sequence[str] = ()
    empty_words: Any = ""  # what a list without rows says instead of "Nothing here yet."
    columns: Sequence[Column] = ()

    actions = ()
    list_per_page = 50
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    paginator = CappedPaginator
    ordering: Sequence[str] = ("-id",)
    list_filter_sheet = True
    compressed_fields = True
    change_form_outer_before_template = "web/buttons.html"
    change_form_outer_after_template = "web/sections.html"
    list_before_template = "web/list_top.html"
    list_after_template = "web/list_save.html"

    def __init__(self, model: type[Model], admin_site: Any) -> None:
        self.list_editable = tuple(self.cells)
        own = {c.name: c.cell() for c in self.columns}
        named: Any = getattr(self, "list_display", ("__str__",))
        self.list_display = [own.get(n, n) for n in named]
        super().__init__(model, admin_site)

    # Whose rows

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = self.model._default_manager.all()
        return scoped(rows, actor_of(request), self.seller_path).order_by(*self.get_ordering(request))

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404(_("There is no such row."))

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        if set(lookup.split("__")) & {*self.concealed, "password"}:
            return False
        allowed: bool = super().lookup_allowed(lookup, value, request)
        return allowed

    # Who may do what

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        actor = getattr(request, "actor", None)
        return actor is not None and (actor.seller_ids is None or not self.operator_only)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and self.has_view_permission(request) and self.has_cells(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @cached_property
    def in_words(self) -> dict[Any, Any]:
        """What stands for columns that hold words of ours. Made when the first page is drawn: the panel has named the
        columns by then.
        """
        names = {f.name for f in self.opts.concrete_fields} & words.COLUMNS - set(self.cells)
        return {name: words.shown(self.model, name) for name in names}

    @cached_property
    def in_per_cent(self) -> dict[str, Any]:
        """What a row's page shows for columns that hold a fraction."""
        names = [f.name for f in self.opts.concrete_fields if f.name.endswith("_rate") and f.name != "fx_rate"]
        return {name: show.per_cent(self.model, name) for name in names}

    # The list

    def all_columns(self) -> list[Column]:
        """The page's own, then those that layers above hang on it by the site."""
        above = getattr(self.admin_site, "more", {}).get(self.opts.label_lower)
        return [*self.columns, *(above.columns if above else ())]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        is_operator = actor_of(request).seller_ids is None
        named = [n for n in super().get_list_display(request) if n != "seller" or is_operator]
        shown = [self.in_words.get(n, n) for n in named]
        return [*shown, *(c.cell() for c in self.all_columns() if c not in self.columns)]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        is_operator = actor_of(request).seller_ids is None
        named = super().get_list_filter(request)
        found = [(f, words.WordsFilter) if f in self.in_words else f for f in named]
        return [f for f in found if is_operator or (f[0] if isinstance(f, tuple) else f) != "seller"]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RowList

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {} if "_popup" in request.GET else self.bulk_actions(request)

    @property
    def action_form(self) -> type[forms.Form]:  # type: ignore[override]
        """The form beside a list's actions, with one input for every field that a bulk button asks for."""
        asked: dict[str, forms.Field] = {}
        for button in self.all_buttons():
            if button.bulk and not callable(button.ask):
                asked |= {n: _beside(f) for n, f in button.ask.items()}
        return type("BulkForm", (ActionForm,), asked)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST" and "_save" in request.POST:
            try:
                answer = self.save_posted_cells(request)
            except Refused as refused:
                raise Http404(str(refused)) from None
            if answer is not None:
                return answer
        elif request.method == "POST" and not actor_of(request).can_write:
            raise PermissionDenied
        more = {"list_buttons": self.list_buttons(request), "title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, {**more, **(extra_context or {})})

    # One row

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        hidden = {*self.concealed, *(() if actor_of(request).seller_ids is None else ("seller",))}
        named = self.fields or [f.name for f in self.opts.concrete_fields]
        said = {**self.in_words, **self.in_per_cent}
        return [said.get(name, name) for name in named if name not in hidden]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        said = [*self.in_words.values(), *self.in_per_cent.values()]
        return [*self.readonly_fields, *(f.name for f in self.opts.concrete_fields), *said]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:  # fmt: skip
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied(gettext_lazy("pages change rows by their buttons only"))
        row = self.get_object(request, object_id) if object_id else None
        if row is None or not self.has_view_permission(request):
            raise Http404
        more = {"row_buttons": self.row_buttons(request, row), "sections": self.all_sections(request, row), "row": row}
        return super().changeform_view(request, object_id, form_url, {**more, **(extra_context or {})})

    def get_urls(self) -> list[Any]:
        return [*self.press_urls(), *super().get_urls()]

    # What people did

    def log_changes(self, request: HttpRequest, rows: Iterable[Model], text: str) -> None:
        """Write down who did ``text`` to these rows."""
        found = list(rows)
        if found:
            LogEntry.objects.log_actions(request.user.pk, found, CHANGE, change_message=text)  # type: ignore[arg-type]

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> None:  # type: ignore[override]
        self.log_changes(request, [obj], str(message))


def _beside(asked: forms.Field) -> forms.Field:
    """A field's twin that fits into the bar of actions, and is needed only by those actions that ask for it."""
    widget = forms.TextInput({"class": "ask-beside", "aria-label": asked.label, "placeholder": asked.label})
    return forms.CharField(required=False, label="", widget=widget)
