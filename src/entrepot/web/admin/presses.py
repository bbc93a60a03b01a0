"""The views behind the buttons: one row's, one list's, and the bulk actions of a list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import DataError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from entrepot.core.clock import now
from entrepot.core.errors import EntrepotError
from entrepot.web.problems import absent

from .bounds import refusal
from .buttons import Button, form_of
from .chips import STATES
from .paging import MOST
from .scope import actor_of

_CHOOSE = gettext_lazy("No such row: choose rows of this list.")


class Presses:
    """Mixin of pages: draws the buttons that actor and state allow, and answers their presses."""

    buttons: Sequence[Button] = ()
    machine: Any = None

    def all_buttons(self) -> list[Button]:
        """The page's own, then those that layers above hang on it by the site."""
        above = getattr(self.admin_site, "more", {}).get(self.opts.label_lower)  # type: ignore[attr-defined]
        return [*self.buttons, *(above.buttons if above else ())]

    def row_buttons(self, request: HttpRequest, row: Any) -> list[dict[str, Any]]:
        """What to draw on a row's page: buttons with the address that each posts to, or asks at."""
        actor = actor_of(request)
        return [
            {"button": b, "url": self._url(b, row), "asks": b.asks}
            for b in self.all_buttons()
            if b.on == "row" and b.may(actor) and b.fits(row, self.machine)
        ]

    def list_buttons(self, request: HttpRequest) -> list[dict[str, Any]]:
        """What to draw above a list."""
        actor = actor_of(request)
        shown = [b for b in self.all_buttons() if b.on == "list" and b.may(actor)]
        return [{"button": b, "url": self._url(b), "asks": b.asks} for b in shown]

    def _url(self, button: Button, row: Any = None) -> str:
        place = f"{self.admin_site.name}:{self._stem}"  # type: ignore[attr-defined]
        if row is None:
            return reverse(f"{place}_list_press", args=[button.name])
        return reverse(f"{place}_press", args=[row.pk, button.name])

    @property
    def _stem(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"  # type: ignore[attr-defined]

    def press_urls(self) -> list[Any]:
        """Addresses of the buttons; they come before Django's own, which would take them for keys."""
        wrap = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path("do/<slug:name>/", wrap(self.list_press), name=f"{self._stem}_list_press"),
            path("<path:object_id>/do/<slug:name>/", wrap(self.row_press), name=f"{self._stem}_press"),
        ]

    def list_press(self, request: HttpRequest, name: str) -> HttpResponse:
        """Press a button that concerns no row; a GET asks."""
        return self._answer(request, self._allowed(request, name, "list"), None)

    def row_press(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Press a row's button; a GET asks. 404: not this actor's row. 403: not for this actor."""
        row = self.get_object(request, object_id)  # type: ignore[attr-defined]
        if row is None:
            raise Http404
        request.about_seller_id = getattr(row, "seller_id", None)  # type: ignore[attr-defined]  # read by audit
        return self._answer(request, self._allowed(request, name, "row"), row)

    def _allowed(self, request: HttpRequest, name: str, on: str) -> Button:
        button = next((b for b in self.all_buttons() if b.name == name and b.on == on), None)
        if button is None:
            raise Http404
        if not button.may(actor_of(request)):
            raise PermissionDenied
        return button

    def _answer(self, request: HttpRequest, button: Button, row: Any) -> HttpResponse:
        fields = button.fields(request, row, self.model)  # type: ignore[attr-defined]
        if request.method == "GET" and not (fields or button.confirm):
            return HttpResponseNotAllowed(["POST"])
        is_post = request.method == "POST" and _is_meant(request, button)
        if not is_post and row is not None and not button.fits(row, self.machine):
            messages.error(request, _unfit(button, row))
            return redirect(self._back(row))
        form = form_of(fields, request.POST if is_post else None, request.FILES if is_post else None)
        if not is_post or not form.is_valid():
            return self._ask(request, button, row, form)
        try:
            if row is not None:
                button.check(row, self.machine)
            answer = button.press(
                [row] if row is not None else [], seller_id=self._seller_id(request, row, form), at=now(),
                who=actor_of(request), **_answers(form),
            )  # fmt: skip
        except (EntrepotError, ObjectDoesNotExist, DataError) as error:
            if not fields:
                messages.error(request, _told(error))
                return redirect(self._back(row))
            form.add_error(_field_of(error, form), _told(error))
            return self._ask(request, button, row, form)
        if row is not None:
            self.log_change(request, row, str(button.label))  # type: ignore[attr-defined]
        messages.success(request, button.shows(answer) if button.shows else str(button.done or _("Done.")))
        return redirect(self._after(request, row, answer))

    def _seller_id(self, request: HttpRequest, row: Any, form: forms.Form) -> int | None:
        """Whose business this is: the row's seller, the one chosen in the form, or the actor's only one."""
        if row is not None:
            return getattr(row, "seller_id", None)
        chosen = form.cleaned_data.get("seller_id")
        ids = actor_of(request).seller_ids
        if chosen is not None:
            if ids is not None and int(chosen) not in ids:
                raise Http404
            return int(chosen)
        return None if ids is None else next(iter(ids))

    def _back(self, row: Any) -> str:
        place = f"{self.admin_site.name}:{self._stem}"  # type: ignore[attr-defined]
        return reverse(f"{place}_changelist") if row is None else reverse(f"{place}_change", args=[row.pk])

    def _after(self, request: HttpRequest, row: Any, answer: Any) -> str:
        """Where to go: a run that was started is what a person wants to watch."""
        if getattr(getattr(answer, "_meta", None), "label_lower", "") == "jobs.run":
            return reverse(f"{self.admin_site.name}:jobs_run_change", args=[answer.pk])  # type: ignore[attr-defined]
        return self._back(row)

    def _ask(
        self, request: HttpRequest, button: Button, row: Any, form: forms.Form, chosen: Sequence[Any] = ()
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": button.label, "subtitle": str(row) if row is not None else None, "opts": self.opts,  # type: ignore[attr-defined]
            "button": button, "row": row, "form": form, "back": self._back(row), "has_permission": True,
            "is_multipart": form.is_multipart(), "chosen": chosen, "again": _again(request) if chosen else [],
        }  # fmt: skip
        return TemplateResponse(request, "web/ask.html", context, status=422 if form.errors else 200)

    def bulk_actions(self, request: HttpRequest) -> dict[str, tuple[Callable[..., Any], str, Any]]:
        """Django's table of list actions: the bulk buttons that this actor may press."""
        actor = actor_of(request)
        shown = [b for b in self.all_buttons() if b.bulk and b.may(actor)]
        return {b.name: (_action(b), b.name, b.label) for b in shown}

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Django's, for keys that can be keys; what was tampered with is told to choose rows."""
        try:
            for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.to_python(key)  # type: ignore[attr-defined]
        except ValidationError:
            messages.error(request, _CHOOSE)
            return None
        answer: HttpResponse | None = super().response_action(request, queryset)  # type: ignore[misc]
        return answer

    def press_many(self, request: HttpRequest, button: Button, rows: QuerySet[Any]) -> HttpResponse | None:
        """Press a bulk button: rows grouped by seller, those that refuse are named, the others go on."""
        if not button.may(actor_of(request)):
            raise PermissionDenied
        chosen = list(rows.order_by("pk")[: MOST + 1])
        if not chosen:
            messages.error(request, _CHOOSE)
            return None
        if len(chosen) > MOST:
            messages.error(request, _("More than %(most)s rows: filter the list first.") % {"most": MOST})
            return None
        answers = {}
        if fields := button.fields(request, None, self.model):  # type: ignore[attr-defined]
            form = form_of(fields, request.POST)
            if not form.is_valid():
                messages.error(request, _("“%(button)s” needs: %(fields)s. Type it in beside the action.") % {
                    "button": button.label, "fields": ", ".join(str(form[n].label) for n in form.errors)})  # fmt: skip
                return None
            answers = _answers(form)
        if not _is_meant(request, button):
            return self._ask(request, button, None, forms.Form(), chosen)
        done, refused = self._each(request, button, chosen, answers)
        if done:
            told = ngettext("%(label)s: %(count)d row.", "%(label)s: %(count)d rows.", done)
            messages.success(request, told % {"label": button.label, "count": done})
        for text in refused[:5]:
            messages.error(request, text)
        if len(refused) > 5:  # noqa: PLR2004 - as many as fit on a screen
            messages.error(request, _("… and %(count)d more.") % {"count": len(refused) - 5})
        return None

    def _each(
        self, request: HttpRequest, button: Button, chosen: Sequence[Any], answers: dict[str, Any]
    ) -> tuple[int, list[str]]:
        groups: dict[Any, list[Any]] = defaultdict(list)
        is_set = button.subject.endswith("_ids") and not button.one_by_one
        for row in chosen:
            seller_id = getattr(row, "seller_id", None)
            groups[seller_id if is_set else (seller_id, row.pk)].append(row)
        done, refused = 0, []
        for rows in groups.values():
            fits = [row for row in rows if button.fits(row, self.machine)]
            fit_keys = {row.pk for row in fits}
            refused += [_unfit(button, row) for row in rows if row.pk not in fit_keys]
            if not fits:
                continue
            try:
                answer = button.press(
                    fits, seller_id=getattr(rows[0], "seller_id", None), at=now(), who=actor_of(request), **answers
                )
            except (EntrepotError, ObjectDoesNotExist, DataError) as error:
                refused.append(_told(error))
                continue
            moved = set(answer) if is_set and isinstance(answer, list) else {row.pk for row in fits}
            refused += [_unfit(button, row) for row in fits if row.pk not in moved]
            done += len(moved)
            self.log_changes(request, [row for row in fits if row.pk in moved], str(button.label))  # type: ignore[attr-defined]
        return done, refused


def _is_meant(request: HttpRequest, button: Button) -> bool:
    """Whether this comes from the page that said what will happen, where there is one."""
    return not button.confirm or "confirmed" in request.POST


def _again(request: HttpRequest) -> list[tuple[str, str]]:
    """What a list had posted, for a page that asks before it is posted once more."""
    sent = request.POST
    return [(name, value) for name in sent if name != "csrfmiddlewaretoken" for value in sent.getlist(name)]


def _answers(form: forms.Form) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name != "seller_id"}


def _told(error: Exception) -> str:
    if isinstance(error, DataError):
        return str(refusal([]))
    return absent(error) if isinstance(error, ObjectDoesNotExist) else str(error)


def _field_of(error: Exception, form: forms.Form) -> str | None:
    name = getattr(error, "field", None)
    return name if name in form.fields else None


def _unfit(button: Button, row: Any) -> str:
    state = getattr(row, "state", "")
    text = (
        _("%(row)s is %(state)s: “%(button)s” is not possible.")
        if state
        else _("%(row)s: “%(button)s” is not possible.")
    )
    said = STATES[state][1] if state in STATES else state
    return text % {"row": row, "state": said, "button": button.label}


def _action(button: Button) -> Callable[..., Any]:
    def run(page: Any, request: HttpRequest, rows: QuerySet[Any]) -> Any:
        return page.press_many(request, button, rows)

    return run
