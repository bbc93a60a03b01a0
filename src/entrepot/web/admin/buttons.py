"""A button calls one service. Which rows show it, and to whom, is decided here and not by each page."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext as _

from entrepot.core.actor import Actor
from entrepot.core.errors import Refused
from entrepot.core.states import Machine

from .bounds import bounded

WRITERS = frozenset({"operator", "owner", "manager"})
OWNERS = frozenset({"operator", "owner"})
PERSON = "seller"  # the word of the state tables for a person, whoever employs them

Fields = Mapping[str, forms.Field] | Callable[[HttpRequest, Any], Mapping[str, forms.Field]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One press, one service.

    ``subject`` is the service's argument for what is pressed: ``…_ids`` gets a list, ``…_id`` the key, any other word
    the row itself; empty: the service wants none. ``seller_id``, ``at``, ``asked_by`` and ``who`` (the actor) are
    filled in when the service takes them; ``fixed`` adds what this button always says, ``ask`` what a form asks for
    first, under the service's own names. ``event`` ties the button to the page's machine: where the state has no such
    move, there is no button; ``when`` is a further condition on the row. ``bulk`` offers it in the list too: all rows
    of a seller in one call where ``subject`` is ``…_ids`` and not ``one_by_one``, else row by row. ``on`` is ``row``,
    or ``list`` for what concerns no row yet. ``confirm`` says what will happen: a page shows it, and only a yes there
    is a press.
    """

    name: str
    label: Any
    call: Callable[..., Any]
    subject: str = ""
    event: str = ""
    when: Callable[[Any], bool] | None = None
    fixed: Mapping[str, Any] = field(default_factory=dict)
    ask: Fields = field(default_factory=dict)
    help: Any = ""
    confirm: Any = ""
    roles: frozenset[str] = WRITERS
    tone: str = "plain"  # plain, main, danger
    bulk: bool = False
    one_by_one: bool = False
    on: str = "row"
    done: Any = ""
    shows: Callable[[Any], str] | None = None  # what the service answered, in words, in place of ``done``

    @property
    def asks(self) -> bool:
        """Whether a page comes before the press."""
        return bool(self.ask or self.confirm)

    def may(self, actor: Actor) -> bool:
        """Whether ``actor`` sees this button at all."""
        return actor.can_write and actor.role in self.roles

    def fits(self, row: Any, machine: Machine | None) -> bool:
        """Whether the row's state allows it."""
        if self.event and (machine is None or self.event not in machine.allowed(row.state, PERSON)):
            return False
        return self.when is None or self.when(row)

    def check(self, row: Any, machine: Machine | None) -> None:
        """Refuse what the page would not have shown.

        Raises:
            IllegalMove: the state has no such move.
            Refused: the row does not meet the button's own condition.
        """
        if self.event and machine is not None:
            machine.target(row.state, self.event, PERSON)
        if not self.fits(row, machine):
            raise Refused(_("“%(button)s” is not possible for %(row)s now") % {"button": self.label, "row": row})

    def fields(self, request: HttpRequest, row: Any, model: type[Model]) -> dict[str, forms.Field]:
        """What to ask before the press; no answer is larger than the columns of ``model`` hold."""
        return bounded(self.ask(request, row) if callable(self.ask) else self.ask, model)

    def press(self, rows: Sequence[Any], *, seller_id: int | None, who: Actor, at: datetime, **answers: Any) -> Any:
        """Call the service for rows of one seller."""
        takes = inspect.signature(self.call).parameters
        known: dict[str, Any] = {"seller_id": seller_id, "at": at, "asked_by": who.name, "who": who}
        given = {name: value for name, value in known.items() if name in takes and name not in answers}
        if self.subject.endswith("_ids"):
            given[self.subject] = [row.pk for row in rows]
        elif self.subject:
            given[self.subject] = rows[0].pk if self.subject.endswith("_id") else rows[0]
        return self.call(**given, **self.fixed, **answers)


def form_of(fields: Mapping[str, forms.Field], data: Any = None, files: Any = None) -> forms.Form:
    """A form of these fields, in their order, dressed like the rest of the panel."""
    form = forms.Form(data, files)
    for name, asked in fields.items():
        form.fields[name] = asked
        _dress(asked)
    return form


def _dress(asked: forms.Field) -> None:
    widget = asked.widget
    if isinstance(widget, forms.CheckboxInput):
        return
    kind = "ask-area" if isinstance(widget, forms.Textarea) else "ask-input"
    widget.attrs["class"] = f"{kind} {widget.attrs.get('class', '')}".strip()
