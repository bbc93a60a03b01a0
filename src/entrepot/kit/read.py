"""Turn a reply into records: validate, notice drift, map, and set aside what does not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from entrepot.core.errors import EntrepotError, MappingError, RemoteChanged

from .requests import Account, Reply, Request, Window
from .spec import Kind, Pull, Raw, Spec

Sender = Callable[[Request], Reply]


@dataclass(frozen=True, slots=True)
class Drift:
    """A foreign field that nobody declared, with the value it had."""

    path: str
    value: Any


@dataclass(frozen=True, slots=True)
class Aside:
    """A record that could not be mapped: which, where in it, and why. ``raw`` is as it came."""

    where: str
    field: str
    reason: str
    raw: Any = field(repr=False)


@dataclass(slots=True)
class Read:
    """What one page became. ``raws`` run beside ``records``. ``next`` is the request for the following page."""

    records: list[Any] = field(default_factory=list)
    raws: list[Any] = field(default_factory=list)
    drift: list[Drift] = field(default_factory=list)
    set_aside: list[Aside] = field(default_factory=list)
    next: Request | None = None

    def add(self, kind: Kind, raw: Any, account: Account, *details: Any) -> None:
        """Map one raw record into ``records``, or put it aside; never raises for what the record says."""
        try:
            theirs = kind.wire.model_validate(raw)
            self.records.append(kind.into(theirs, account, *details))
            self.raws.append(raw)
            self.drift += [Drift(path, value) for path, value in theirs.drift()]
        except ValidationError as error:
            self.set_aside += [_aside_of(kind, raw, e) for e in error.errors()[:1]]
        except MappingError as error:
            self.set_aside.append(Aside(error.record, error.field, error.why, raw))


def _aside_of(kind: Kind, raw: Any, error: Any) -> Aside:
    path = ".".join(str(part) for part in error["loc"]) or "(whole record)"
    return Aside(_name(kind, raw), path, error["msg"], raw)


def _name(kind: Kind, raw: Any) -> str:
    try:
        return kind.name_of(raw)
    except (KeyError, TypeError, AttributeError, IndexError):
        return "a record without a name"


def read_raws(spec: Spec, kind_name: str, raws: Sequence[Any], account: Account, details: Sequence[Any] = ()) -> Read:
    """Map raw records of one kind; one bad record never stops the rest."""
    kind, read = spec.kinds[kind_name], Read()
    for i, raw in enumerate(raws):
        read.add(kind, raw, account, *([details[i]] if details else []))
    return read


def pull(spec: Spec, capability: str, account: Account, window: Window, send: Sender) -> Iterator[Read]:
    """Every page of a pull, mapped. Stops when the remote says so, or repeats a request.

    Raises:
        RemoteError: as the client says; pages already yielded stay good.
        RemoteChanged: an answer that is no page at all.
    """
    way = spec.can[capability]
    assert isinstance(way, Pull)
    asked: Request | None = way.first(account, window)
    seen: set[str] = set()
    while asked is not None:
        if (mark := repr(asked)) in seen:
            raise RemoteChanged(f"{spec.slug} {capability}: paging asks the same question twice: {asked.path}")
        seen.add(mark)
        raws, following = _page(spec, capability, way.page, account, asked, send(asked))
        details = [_details(spec, way, account, raw, send) for raw in raws] if way.details else []
        read = read_raws(spec, way.kind, raws, account, details)
        read.next = asked = following
        yield read


def _details(spec: Spec, way: Pull, account: Account, raw: Raw, send: Sender) -> list[Any]:
    assert way.details
    found: list[Any] = []
    asked = way.details.first(account, raw)
    while asked is not None:
        raws, asked = _page(spec, way.details.kind, way.details.page, account, asked, send(asked))
        found += raws
    return found


def _page(spec: Spec, name: str, page: Any, account: Account, asked: Request, reply: Reply) -> Any:
    try:
        return page(account, asked, reply)
    except EntrepotError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RemoteChanged(f"{spec.slug} {name}: the answer to {asked.path} is no page: {error!r}") from error
