"""Forms for what can be done on a remote; one that was refused opens again as it was filled."""

from __future__ import annotations

import inspect
import json
import re
from typing import TYPE_CHECKING

from .desk import PICKS, Field, Form, Option
from .form_read import PLAIN_TEXT, example_of, kind_of, parameters
from .page_view import attributes, escape, label, title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .page_view import View
    from .remote import Action, Remote

MOST_OPTIONS = 120  # more are offered as suggestions to a text
MAIN = "place_order"


def order_form(remote: Remote, view: View) -> str:
    """A buyer's order, open and in a section of its own; nothing where the remote has no such action."""
    forms = {form.action: form for form in remote.forms()}
    if MAIN not in remote.actions:
        return ""
    body = _body(remote, MAIN, forms.get(MAIN), view)
    return f"<section id='{MAIN}'><h2>Place an order</h2>{body}</section>"


def other_forms(remote: Remote, view: View) -> str:
    """Every other action, folded up, by the group that its form names."""
    forms = {form.action: form for form in remote.forms()}
    groups: dict[str, list[str]] = {form.group: [] for form in forms.values()}
    for name in [*forms, *sorted(set(remote.actions) - set(forms))]:
        if name != MAIN and name in remote.actions:
            groups.setdefault(forms[name].group if name in forms else "Other", []).append(name)
    columns = "".join(
        f"<div><h3>{escape(group)}</h3>{''.join(_folded(remote, name, forms.get(name), view) for name in names)}</div>"
        for group, names in groups.items()
        if names
    )
    return f"<section id='do'><h2>Do something else there</h2><div class='forms'>{columns}</div></section>"


def _folded(remote: Remote, name: str, form: Form | None, view: View) -> str:
    is_open = " open" if view.do == name else ""
    return f"<details id='{name}'{is_open}><summary>{title(name)}</summary>{_body(remote, name, form, view)}</details>"


def _body(remote: Remote, name: str, form: Form | None, view: View) -> str:
    action, is_asked = remote.actions[name], view.do == name
    about = re.sub(r"``(.+?)``", r"<code>\1</code>", escape(" ".join((inspect.getdoc(action) or "").split())))
    fields = fields_of(action, form)
    blocked = next((f.empty for f in fields if _is_choice(f) and f.is_needed and not f.options and f.empty), "")
    refused = f"<p role='alert' class='refused'>{escape(view.refused)}</p>" if is_asked and view.refused else ""
    if blocked:
        return f"<p>{about}</p>{refused}<p class='none'>{escape(blocked)}</p>"
    filled = view.filled if is_asked else {}
    is_apart = {f.name: f.kind == "json" and not f.is_needed for f in fields}
    first = "".join(_field(name, f, filled) for f in fields if not is_apart[f.name])
    rest = "".join(_field(name, f, filled) for f in fields if is_apart[f.name])
    is_used = any(f.name in filled for f in fields if is_apart[f.name])
    apart = f"<details{' open' if is_used else ''}><summary>More</summary>{rest}</details>" if rest else ""
    place = f"/control/{remote.slug}/actions/{name}"
    form_ = f"<form method='post' action='{place}'>{first}{apart}<button>{title(name)}</button></form>"
    return f"<p>{about}</p>{refused}{form_}"


def _is_choice(field: Field) -> bool:
    return field.kind in {"choice", "lines"}


def fields_of(action: Action, form: Form | None) -> list[Field]:
    """The fields of the form, then those arguments of the action that it does not name."""
    said = list(form.fields) if form else []
    names = {f.name for f in said} | set(form.without if form else ())
    taken = [_derived(p) for p in parameters(action) if p.name not in names]
    return [*said, *(f for f in taken if f.name not in names)]


def _derived(parameter: inspect.Parameter) -> Field:
    """A field by the annotation and the default of an argument."""
    name, kind, words = parameter.name, kind_of(parameter), parameter.name.replace("_", " ")
    if parameter.kind is inspect.Parameter.VAR_KEYWORD:
        return Field("more", f"{words} (JSON)", "json", example=example_of("more", {}), is_needed=False)
    is_needed = parameter.default is inspect.Parameter.empty
    value = "" if is_needed or parameter.default is None else parameter.default
    if kind == "bool":
        if value is False:
            return Field(name, words, "flag", is_needed=False)
        return Field(name, words, "choice", [Option("true", "yes"), Option("false", "no")], is_needed=is_needed)
    if kind in {"int", "float"} or kind in PLAIN_TEXT or kind == "Any":
        return Field(
            name, words, "number" if kind in {"int", "float"} else "text", value=str(value), is_needed=is_needed
        )
    text = json.dumps(value, ensure_ascii=False) if value != "" else ""
    return Field(name, f"{words} (JSON)", "json", example=example_of(name, {}), value=text, is_needed=is_needed)


def _field(action: str, field: Field, filled: dict[str, str]) -> str:
    if field.kind == "lines":
        return _lines(action, field, filled)
    value, hint = filled.get(field.name, field.value), f"<small>{escape(field.hint)}</small>" if field.hint else ""
    if field.kind == "ticks":
        return _ticks(field, filled, hint)
    if field.kind == "flag":
        box = attributes(type="checkbox", name=field.name, value="true", checked=value == "true")
        return f"<label class='flag'><input{box}> {label(field.label)}</label>"
    need = "" if field.is_needed else " <small>optional</small>"
    return f"<label><span>{label(field.label)}{need}</span> {_box(action, field, value)}{hint}</label>"


def _box(action: str, field: Field, value: str) -> str:
    named = {"name": field.name, "required": field.is_needed, "placeholder": field.example or None}
    if field.kind == "json":
        return f"<textarea rows='2'{attributes(**named)}>{escape(value)}</textarea>"
    if field.kind == "choice" and len(field.options) <= MOST_OPTIONS:
        return _select(field.name, field.options, value, is_needed=field.is_needed)
    kind = {"type": "number", "step": "any", "min": "0"} if field.kind == "number" else {}
    if not field.options:
        return f"<input{attributes(**named, **kind, value=value or None)}>"
    list_id = f"{action}-{field.name}"
    return f"<input{attributes(**named, value=value or None, list=list_id)}>{_suggestions(list_id, field.options)}"


def _suggestions(list_id: str, options: Sequence[Option]) -> str:
    shown = "".join(f"<option{attributes(value=o.value, label=o.words or None)}>" for o in options)
    return f"<datalist id='{list_id}'>{shown}</datalist>"


def _select(name: str, options: Sequence[Option], value: str, *, is_needed: bool) -> str:
    """A choice under its headings; a value that is no longer offered stays, so that a refused form shows it."""
    if value and value not in {o.value for o in options}:
        options = [Option(value, value), *options]
    inner, group = "" if is_needed and value else f"<option value=''>{'choose …' if is_needed else ''}</option>", ""
    for option in options:
        if option.group != group:
            inner += f"{'</optgroup>' if group else ''}<optgroup{attributes(label=option.group)}>"
            group = option.group
        inner += (
            f"<option{attributes(value=option.value, selected=option.value == value)}>{escape(option.words)}</option>"
        )
    return f"<select{attributes(name=name, required=is_needed)}>{inner}{'</optgroup>' if group else ''}</select>"


def _ticks(field: Field, filled: dict[str, str], hint: str) -> str:
    """Boxes under their headings; only those of what is chosen already, when a heading ends in its value."""
    if not field.options:
        return ""
    now, group, inner, others = filled.get(field.name, "").split(), "", "", set(filled.values())
    of_chosen = [option for option in field.options if option.group.rpartition(" ")[2] in others]
    for option in of_chosen or field.options:
        if option.group != group:
            inner += f"<b>{escape(option.group)}</b>"
            group = option.group
        box = attributes(type="checkbox", name=field.name, value=option.value, checked=option.value in now)
        inner += f"<label class='flag'><input{box}> {escape(option.words)}</label>"
    return f"<fieldset><legend>{label(field.label)}</legend>{hint}<div class='ticks'>{inner}</div></fieldset>"


def _lines(action: str, field: Field, filled: dict[str, str]) -> str:
    """Rows of a product and a quantity; the first two in sight, the others behind a fold."""
    list_id, is_long = f"{action}-items", len(field.options) > MOST_OPTIONS
    rows = [_line(field, number, filled, list_id if is_long else "") for number in range(1, PICKS + 1)]
    is_used = any(f"item.{number}" in filled for number in range(3, PICKS + 1))
    hint = f"<small>{escape(field.hint)}</small>" if field.hint else ""
    rest = f"<details{' open' if is_used else ''}><summary>More lines</summary>{''.join(rows[2:])}</details>"
    known = _suggestions(list_id, field.options) if is_long else ""
    return f"<div class='lines'>{''.join(rows[:2])}{rest}{hint}{known}</div>"


def _line(field: Field, number: int, filled: dict[str, str], list_id: str) -> str:
    name, is_needed = f"item.{number}", field.is_needed and number == 1
    value, quantity = filled.get(name, ""), filled.get(f"quantity.{number}", "1" if number == 1 else "")
    if list_id:
        named = attributes(name=name, required=is_needed, placeholder=field.example, list=list_id, value=value or None)
        box = f"<input{named}>"
    else:
        box = _select(name, field.options, value, is_needed=is_needed)
    many = attributes(
        type="number", name=f"quantity.{number}", min="1", step="1", value=quantity or None, placeholder="1"
    )
    return (
        f"<div class='line'><label class='grow'>{label(field.label)} {number} {box}</label>"
        f"<label>quantity <input{many}></label></div>"
    )
