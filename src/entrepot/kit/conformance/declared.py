"""Checks of what a spec declares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, get_args

from entrepot.kit.auth import Signing
from entrepot.kit.spec import CAPABILITIES, OPTIONAL, Call, Poll, Pull, Push, Receive, Subscribe
from entrepot.kit.wire import Wire
from entrepot.kit.words import PACKAGE_STATES, STORE_ORDER_STATES

from .bench import Bench

_SHAPES: dict[str, tuple[type, ...]] = {
    "pull": (Pull,), "push": (Push, Call), "poll": (Poll,), "register": (Subscribe,), "read": (Receive,),
}  # fmt: skip
_SCOPES = ("account", "host", "application", "item")
_SENTINEL = "s3cr3t-sentinel"


def capabilities_are_decided(bench: Bench) -> Iterator[str]:
    """Each capability of the role is in ``can``, or in ``cannot`` with a reason."""
    spec = bench.spec
    known, optional = CAPABILITIES.get(spec.role, ()), OPTIONAL.get(spec.role, ())
    yield from ([] if known else [f"role {spec.role!r} is none of {', '.join(CAPABILITIES)}"])
    for name in known:
        if name not in spec.can and name not in spec.cannot:
            yield f"{name} is neither in can nor in cannot"
        if name in spec.can and name in spec.cannot:
            yield f"{name} is in can and in cannot"
    yield from (f"{name} is no capability of a {spec.role}" for name in {*spec.can, *spec.cannot} - {*known, *optional})
    yield from (f"cannot {name} without a reason" for name, reason in spec.cannot.items() if not reason.strip())


def capabilities_have_their_shape(bench: Bench) -> Iterator[str]:
    """``pull_…`` is a Pull, ``read_webhook`` a Receive, and so on; a pull's kinds are declared."""
    for name, way in bench.spec.can.items():
        shapes = _SHAPES.get(name.partition("_")[0])
        if shapes and not isinstance(way, shapes):
            yield f"{name} is a {type(way).__name__}, not a {' or '.join(s.__name__ for s in shapes)}"
        if isinstance(way, Pull):
            kinds = [way.kind, *([way.details.kind] if way.details else [])]
            yield from (
                f"{name} reads kind {kind!r}, which is not declared" for kind in kinds if kind not in bench.spec.kinds
            )


def subscriptions_bring_what_is_declared(bench: Bench) -> Iterator[str]:
    """What a subscription brings is a declared kind, by topics that there are; some kind is brought."""
    way = bench.spec.can.get("register_webhooks")
    if not isinstance(way, Subscribe):
        return
    yield from ([] if way.brings else ["register_webhooks brings nothing: a silence would never be noticed"])
    for kind, topics in way.brings.items():
        if kind not in bench.spec.kinds:
            yield f"register_webhooks brings kind {kind!r}, which is not declared"
        if not topics or set(topics) - set(way.topics):
            yield f"register_webhooks brings {kind} by {topics!r}; there are {', '.join(way.topics)}"


def states_are_ours(bench: Bench) -> Iterator[str]:
    """Every word of theirs becomes a state of ours, and none is both translated and ignored."""
    spec = bench.spec
    ours = STORE_ORDER_STATES if spec.role == "store" else PACKAGE_STATES
    for table in (spec.package_states, spec.line_states):
        yield from (
            f"{theirs!r} becomes {state!r}, no state of ours" for theirs, state in table.items() if state not in ours
        )
    both = spec.package_states.keys() & spec.ignored_statuses.keys()
    yield from (f"{theirs!r} is translated and ignored" for theirs in both)
    yield from (f"{theirs!r} is ignored without a reason" for theirs, why in spec.ignored_statuses.items() if not why)


def limits_have_a_source(bench: Bench) -> Iterator[str]:
    """Each limit counts something, in a scope that the client knows, and says who told so."""
    for i, limit in enumerate(bench.spec.limits):
        if not limit.source.strip():
            yield f"limit {i} ({limit.count} in {limit.per_s} s) has no source"
        if limit.count < 1 or limit.per_s <= 0 or limit.scope not in _SCOPES:
            yield f"limit {i} counts nothing: {limit.count} in {limit.per_s} s per {limit.scope}"


def credentials_are_declared(bench: Bench) -> Iterator[str]:
    """Signing needs the declared credentials and no others; each secret one is marked."""
    spec = bench.spec
    declared = {credential.name: f"{_SENTINEL}-{credential.name}" for credential in spec.credentials}
    for scheme in ("https", "http"):
        try:
            spec.auth.sign(_signing(scheme, declared))
        except KeyError as missing:
            yield f"signing over {scheme} needs {missing}, which is not declared"


def secrets_stay_out_of_repr(bench: Bench) -> Iterator[str]:
    """Neither what is signed nor the signature shows a secret when printed."""
    declared = {credential.name: f"{_SENTINEL}-{credential.name}" for credential in bench.spec.credentials}
    what = _signing("https", declared)
    for shown in (what, bench.spec.auth, bench.spec.auth.sign(what)):
        if _SENTINEL in repr(shown):
            yield f"{type(shown).__name__} shows a secret in its repr"


def _signing(scheme: str, secrets: dict[str, str]) -> Signing:
    return Signing("GET", f"{scheme}://remote.example/things", {"page": "1"}, 1_780_000_000, "00ff", secrets)


def ignored_fields_have_reasons(bench: Bench) -> Iterator[str]:
    """What a payload carries and we do not read is named with the reason."""
    for wire in sorted(_wires(bench), key=lambda w: w.__name__):
        for name, reason in wire.IGNORED.items():
            if not reason.strip():
                yield f"{wire.__name__} ignores {name} without a reason"
            if name in wire.model_fields:
                yield f"{wire.__name__} declares {name} and ignores it"


def _wires(bench: Bench) -> set[type[Wire]]:
    waiting, found = [kind.wire for kind in bench.spec.kinds.values()], set[type[Wire]]()
    while waiting:
        wire = waiting.pop()
        if wire not in found:
            found.add(wire)
            waiting += [w for f in wire.model_fields.values() for w in _inside(f.annotation)]
    return found


def _inside(annotation: Any) -> Iterator[type[Wire]]:
    if isinstance(annotation, type) and issubclass(annotation, Wire):
        yield annotation
    for part in get_args(annotation):
        yield from _inside(part)


def settings_are_described(bench: Bench) -> Iterator[str]:
    """The default of a setting is allowed; README.md names each, and calls an assumed one assumed."""
    readme = bench.folder.parent / "README.md"
    lines = readme.read_text(encoding="utf-8").splitlines() if readme.exists() else []
    for setting in bench.spec.settings:
        if setting.allowed and setting.default is not None and setting.default not in setting.allowed:
            yield f"{setting.name}: the default {setting.default!r} is not allowed"
        about = [line for line in lines if setting.name in line]
        if not about:
            yield f"{setting.name} is not in README.md"
        elif setting.assumed and not any("assum" in line.lower() for line in about):
            yield f"{setting.name} is assumed, and its line in README.md does not say so"
    names = [setting.name for setting in bench.spec.settings]
    yield from (f"{name} is declared twice" for name in {n for n in names if names.count(n) > 1})


def documentation_is_dated(bench: Bench) -> Iterator[str]:
    """The vendor's pages have an address and a day on which they were read."""
    if not re.match(r"https?://", bench.spec.docs):
        yield f"docs is no address: {bench.spec.docs!r}"
    try:
        date.fromisoformat(bench.spec.docs_read)
    except ValueError:
        yield f"docs_read is no date: {bench.spec.docs_read!r}"


CHECKS = (
    capabilities_are_decided, capabilities_have_their_shape, states_are_ours, limits_have_a_source,
    credentials_are_declared, secrets_stay_out_of_repr, ignored_fields_have_reasons, settings_are_described,
    documentation_is_dated, subscriptions_bring_what_is_declared,
)  # fmt: skip
