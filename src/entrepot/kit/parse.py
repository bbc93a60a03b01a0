"""Read a file as one kind of a connector's records: what it becomes, what nobody declared, what was set aside.

For ``entrepot connector parse SLUG KIND FILE [--setting NAME=VALUE]``. The file holds one object, a page or a list.
"""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from entrepot.core.errors import EntrepotError, Invalid

from .read import Read, read_raws
from .registry import connector
from .requests import Account, loads
from .spec import Pull, Spec

WHOLE, UNREADABLE, SET_ASIDE = 0, 2, 3
_DEPTH, _WRITTEN_OUT = 40, 40


def parse_file(slug: str, kind: str, content: bytes, settings: Sequence[str] = ()) -> tuple[int, dict[str, Any]]:
    """(exit status, document). Never raises for what the file says.

    0: everything was mapped, or ignored with a reason (drift is listed); 3: something was set aside; 2: a slug, kind,
    setting or file that cannot be read, with the reason under ``error``.
    """
    try:
        spec = connector(slug)
        found = parse(spec, kind, content, account_for(spec, settings))
    except EntrepotError as error:
        return UNREADABLE, {"error": str(error)}
    return exit_status(found), found


def exit_status(found: Mapping[str, Any]) -> int:
    """0 when nothing was set aside, else 3."""
    return SET_ASIDE if found["set_aside"] else WHOLE


def parse(spec: Spec, kind: str, content: bytes, account: Account) -> dict[str, Any]:
    """``{"records": [...], "drift": [...], "set_aside": [...]}``, ready for JSON: amounts as text, times in ISO 8601.

    Raises:
        Invalid: no such kind, also under an alias; or the file is no JSON, or nothing that the kind's answers could be.
    """
    kind = spec.aliases.get(kind, kind)
    if kind not in spec.kinds:
        known = ", ".join(sorted({*spec.kinds, *spec.aliases}))
        raise Invalid(f"connector {spec.slug}", "kind", f"{kind!r} is not known; known: {known}")
    raws = _raws(spec, kind, content)
    has_details = any(isinstance(w, Pull) and w.kind == kind and w.details for w in spec.can.values())
    return _document(read_raws(spec, kind, raws, account, [[] for _ in raws] if has_details else []))


def _raws(spec: Spec, kind: str, content: bytes) -> list[Any]:
    try:
        body = loads(content.removeprefix(b"\xef\xbb\xbf"), is_repeat_refused=True)
    except ValueError as error:
        raise Invalid("file", "content", f"is not JSON: {error}") from None
    try:
        return list(spec.kinds[kind].unwrap(_answer(body)))
    except (LookupError, TypeError, ValueError, AttributeError, EntrepotError) as error:
        raise Invalid("file", "content", f"is no answer of kind {kind}: {_why(error)}") from None


def _answer(body: Any) -> Any:
    """What the remote sends; a sample of the conformance suite holds it beside where it comes from."""
    if not isinstance(body, dict) or "source" not in body:
        return body
    if {"kind", "reply"} <= body.keys():
        return body["reply"]
    if {"capability", "body"} <= body.keys() or "pages" in body:
        held = "pages" if "pages" in body else "body"
        raise ValueError(f"it is a sample of the conformance suite: give what it holds under {held!r}")
    return body


def _why(error: Exception) -> str:
    """A page's own words about itself; what the connector did not foresee keeps its class."""
    return str(error) if isinstance(error, (ValueError, EntrepotError)) else repr(error)


def _document(read: Read) -> dict[str, Any]:
    return {
        "records": [jsonable(record) for record in read.records],
        "drift": [{"path": _text(drift.path), "value": jsonable(drift.value)} for drift in read.drift],
        "set_aside": [
            {"where": _text(a.where), "field": _text(a.field), "reason": _text(a.reason)} for a in read.set_aside
        ],
    }


def account_for(spec: Spec, settings: Sequence[str]) -> Account:
    """An account with the spec's defaults and the settings given as ``NAME=VALUE``.

    A value is read as JSON where it is JSON (``true``, ``["a"]``), else as text; ``base_url``, ``account_ref`` and
    ``storefront`` set the account's own.

    Raises:
        Invalid: a setting without ``=``.
    """
    given: dict[str, Any] = {}
    for text in settings:
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise Invalid("setting", repr(text), "must be NAME=VALUE")
        given[name] = _value(value)
    own = {name: str(given.pop(name)) for name in ("base_url", "account_ref", "storefront") if name in given}
    base_url = own.pop("base_url", spec.default_base_url or "https://remote.example")
    return Account(base_url, settings={s.name: s.default for s in spec.settings} | given, **own)


def _value(text: str) -> Any:
    try:
        return loads(text)
    except ValueError:
        return text


def jsonable(value: Any, depth: int = 0) -> Any:
    """``value`` in JSON's types. What is nested more than 40 deep becomes ``…``."""
    if depth > _DEPTH:
        return "…"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: jsonable(getattr(value, f.name), depth + 1) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {_text(key): jsonable(child, depth + 1) for key, child in value.items()}
    if isinstance(value, (list, tuple)):
        return [jsonable(child, depth + 1) for child in value]
    return value if value is None or isinstance(value, (bool, int)) else _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, Decimal):
        is_short = value.is_finite() and abs(value.adjusted()) < _WRITTEN_OUT
        return format(value, "f") if is_short else str(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else _text(value)


def _text(value: Any) -> str:
    """Text that can be printed: half a surrogate pair becomes a question mark."""
    return str(value).encode("utf-8", "replace").decode()
