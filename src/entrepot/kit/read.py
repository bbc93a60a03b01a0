"""Turn a reply into records: validate, notice drift, map, and set aside what does not fit."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from entrepot.core.errors import EntrepotError, MappingError, RemoteChanged
from entrepot.core.validation import wording

from .keepable import faults
from .records import Product
from .requests import Account, Reply, Request, Window
from .spec import Kind, Pull, Raw, Spec
from .wire import WHOLE_RECORD, field_of

_UNFORESEEN = (EntrepotError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)

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
    raw: Any = dataclasses.field(repr=False)


@dataclass(slots=True)
class Read:
    """What one page became. ``raws`` run beside ``records``. ``next`` is the request for the following page.

    ``repeated`` counts what the caller knows already, and what was not looked at for that.
    """

    records: list[Any] = field(default_factory=list)
    raws: list[Any] = field(default_factory=list)
    drift: list[Drift] = field(default_factory=list)
    set_aside: list[Aside] = field(default_factory=list)
    next: Request | None = None
    repeated: int = 0

    def add(self, kind: Kind, raw: Any, account: Account, *details: Any, place: int = 1) -> None:
        """Map one raw record into ``records``, or put it aside; never raises for what the record says.

        ``place`` is where it stands in its page, the first is 1: the name of a record that tells none.
        """
        try:
            theirs = kind.wire.model_validate(raw)
            made = kind.into(theirs, account, *details)
            self.drift += [Drift(path, value) for path, value in theirs.drift()]
        except ValidationError as error:
            self.set_aside += [_aside_of(_name(kind, raw, place), raw, e) for e in error.errors()[:1]]
        except MappingError as error:
            self.set_aside.append(Aside(error.record, error.field, error.why, raw))
        except _UNFORESEEN as error:
            # A payload that neither the wire model nor the mapping foresaw; the other 49 of the page go on.
            self.set_aside.append(Aside(_name(kind, raw, place), WHOLE_RECORD, f"cannot be read: {error!r}", raw))
        else:
            for part in made if isinstance(made, tuple) else (made,):
                self._keep(part, raw, _name(kind, raw, place))

    def _keep(self, part: Any, raw: Any, name: str) -> None:
        if isinstance(part, MappingError):
            self.set_aside.append(Aside(part.record, part.field, part.why, raw))
            return
        if not (wrong := next(faults(_alone(part)), None)) and isinstance(part, Product):
            part = self._sound(part, raw, name)
        if wrong:
            self.set_aside.append(Aside(name, *wrong, raw))
        else:
            self.records.append(part)
            self.raws.append(raw)

    def _sound(self, product: Product, raw: Any, name: str) -> Product:
        """The product with those of its variants that can be kept; the others alone are put aside."""
        wrong = {v.variant_ref: why for v in product.variants if (why := next(faults(v), None))}
        self.set_aside += [Aside(f"variant {ref} of {name}", *why, raw) for ref, why in wrong.items()]
        if not wrong:
            return product
        return dataclasses.replace(product, variants=tuple(v for v in product.variants if v.variant_ref not in wrong))


def _alone(part: Any) -> Any:
    """What stands or falls as one: a product without its variants, any other record whole."""
    return dataclasses.replace(part, variants=()) if isinstance(part, Product) else part


def _aside_of(name: str, raw: Any, error: Any) -> Aside:
    return Aside(name, field_of(error["loc"]), wording(error), raw)


def _name(kind: Kind, raw: Any, place: int) -> str:
    try:
        return kind.name_of(raw)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError):
        return f"record {place} of the page"


def read_raws(spec: Spec, kind_name: str, raws: Sequence[Any], account: Account, details: Sequence[Any] = ()) -> Read:
    """Map raw records of one kind; one bad record never stops the rest."""
    kind, read = spec.kinds[kind_name], Read()
    for i, raw in enumerate(raws):
        read.add(kind, raw, account, *([details[i]] if details else []), place=i + 1)
    return read


def pull(
    spec: Spec, capability: str, account: Account, window: Window, send: Sender, *,
    is_known: Callable[[Any], bool] | None = None,
) -> Iterator[Read]:  # fmt: skip
    """Every page of a pull, mapped, but for raw records that the caller knows already. Stops when the remote says so,
    or repeats a request.

    Raises:
        RemoteError: as the client says; pages already yielded stay good.
        RemoteChanged: an answer that is no page at all.
    """
    way = spec.can[capability]
    assert isinstance(way, Pull)
    asked: Request | None = way.first(account, window)
    seen: set[str] = set()
    while asked is not None:
        if (mark := repr((asked.method, asked.path, asked.query, asked.body))) in seen:
            raise RemoteChanged(f"{spec.slug} {capability}: paging asks the same question twice: {asked.path}")
        seen.add(mark)
        raws, following = _page(spec, capability, way.page, account, asked, send(asked))
        fresh = [raw for raw in raws if not is_known(raw)] if is_known else raws
        details = [_details(spec, way, account, raw, send) for raw in fresh] if way.details else []
        read = read_raws(spec, way.kind, fresh, account, details)
        read.repeated = len(raws) - len(fresh)
        read.drift += _drift_of_details(spec, way, details)
        read.next = asked = following
        yield read


def gather(spec: Spec, capability: str, account: Account, send: Sender) -> tuple[Any, list[Aside]]:
    """One record merged from every page of a pull that has ``merge``, and what could not be read of it.

    Raises:
        RemoteError: as the client says.
        MappingError: what came does not make one.
    """
    way = spec.can[capability]
    assert isinstance(way, Pull)
    assert way.merge
    pages = list(pull(spec, capability, account, Window(), send))
    return way.merge([part for page in pages for part in page.records]), [a for page in pages for a in page.set_aside]


def _drift_of_details(spec: Spec, way: Pull, details: Sequence[Sequence[Any]]) -> list[Drift]:
    """Drift of the detail records that fit their wire model; the others are set aside with their record."""
    if way.details is None:
        return []
    kind, found = spec.kinds[way.details.kind], []
    for raw in (raw for some in details for raw in some):
        with suppress(ValidationError):
            found += [
                Drift(f"{kind.name_of(raw)}: {path}", value) for path, value in kind.wire.model_validate(raw).drift()
            ]
    return found


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
