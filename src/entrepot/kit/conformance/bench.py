"""A connector on the bench: its spec, the account its samples are read for, and the samples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from entrepot.kit.read import Read, pull, read_raws
from entrepot.kit.requests import Account, Reply, Request, Window, loads
from entrepot.kit.spec import Pull, Spec

_NO_SAMPLES = ("account", "waivers")


@dataclass(frozen=True, slots=True)
class Page:
    """One answer. ``details`` are, for each of its records, the answers to the questions about its details."""

    reply: Any
    headers: Mapping[str, str]
    details: tuple[tuple[Page, ...], ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """A file of ``samples/``: see README.md for its form. ``kind`` and ``capability`` are empty where it has none."""

    name: str
    document: Mapping[str, Any]
    kind: str
    capability: str
    pages: tuple[Page, ...]
    window: Window

    @property
    def source(self) -> str:
        """Where the answer comes from."""
        return str(self.document.get("source", "")).strip()


@dataclass(slots=True)
class Replay:
    """Sends nothing: gives the answers of a sample one after the other, and keeps what was asked."""

    answers: list[Page]
    asked: list[Request] = field(default_factory=list)

    def __call__(self, request: Request) -> Reply:
        self.asked.append(request)
        if not self.answers:
            raise LookupError(f"asks {request.method} {request.path} after the last answer of the sample")
        page = self.answers.pop(0)
        return Reply(200, page.reply, {name.lower(): value for name, value in page.headers.items()})


@dataclass(frozen=True, slots=True)
class Bench:
    """What the checks are given."""

    spec: Spec
    folder: Path
    account: Account
    samples: tuple[Sample, ...]

    def read(self, sample: Sample, account: Account | None = None) -> list[Read]:
        """What a sample becomes; a sample of a pull is asked for page by page, as the hub does.

        Raises:
            LookupError: the connector asks for more than the sample has.
        """
        account = account or self.account
        if not isinstance(self.spec.can.get(sample.capability), Pull):
            kind = self.spec.kinds[sample.kind]
            return [read_raws(self.spec, sample.kind, kind.unwrap(page.reply), account) for page in sample.pages]
        replay = Replay(list(in_order(sample.pages)))
        reads = list(pull(self.spec, sample.capability, account, sample.window, replay))
        if replay.answers:
            raise LookupError(f"stops asking {len(replay.answers)} answers before the sample ends")
        return reads

    def readable(self) -> Iterator[Sample]:
        """Samples that hold records of a kind."""
        return (sample for sample in self.samples if sample.kind and sample.pages)

    def one(self, capability: str) -> Sample | None:
        """The sample of a capability."""
        return next((sample for sample in self.samples if sample.capability == capability), None)


def in_order(pages: Sequence[Page]) -> Iterator[Page]:
    """Pages and their details in the order in which they are asked for."""
    for page in pages:
        yield page
        for answers in page.details:
            yield from answers


def load(spec: Spec, folder: Path) -> Bench:
    """Everything under ``folder``.

    Raises:
        ValueError: a file is not JSON.
        OSError: a file cannot be read.
    """
    account = _json(folder / "account.json") if (folder / "account.json").exists() else {}
    files = sorted(path for path in folder.glob("*.json") if path.stem not in _NO_SAMPLES)
    return Bench(
        spec=spec,
        folder=folder,
        account=Account(
            account.get("base_url", spec.default_base_url or "https://remote.example"),
            account_ref=account.get("account_ref", "1001"),
            storefront=account.get("storefront", ""),
            settings={s.name: s.default for s in spec.settings} | account.get("settings", {}),
        ),
        samples=tuple(_sample(spec, path) for path in files),
    )


def _sample(spec: Spec, path: Path) -> Sample:
    document = _json(path)
    document = document if isinstance(document, dict) else {"reply": document}
    name = path.stem
    capability = document.get("capability", name if name in spec.can else "")
    way = spec.can.get(capability)
    kind = document.get("kind") or (way.kind if isinstance(way, Pull) else name if name in spec.kinds else "")
    pages = document.get("pages") or ([document] if "reply" in document else [])
    return Sample(name, document, kind, capability, tuple(_page(page) for page in pages), _window(document))


def _window(document: Mapping[str, Any]) -> Window:
    asked: Mapping[str, Any] = document.get("window", {})
    return Window(
        since_ms=asked.get("since_ms"),
        until_ms=asked.get("until_ms"),
        refs=tuple(asked.get("refs", ())),
        page_size=asked.get("page_size"),
    )


def _page(page: Mapping[str, Any]) -> Page:
    details = tuple(tuple(_page(answer) for answer in answers) for answers in page.get("details", []))
    headers = page.get("headers", {})
    return Page(page["reply"], headers, details)


def _json(path: Path) -> Any:
    return loads(path.read_bytes())
