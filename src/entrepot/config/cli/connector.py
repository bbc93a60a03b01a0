"""``entrepot connector``: what is installed, what a file becomes, what a connector proves. Needs no database."""

from __future__ import annotations

import json as json_module
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from . import show

app = typer.Typer(no_args_is_help=True, help="Connectors: plug-ins that speak to a remote.")
Slug = Annotated[str, typer.Argument(help="Slug of the connector.")]
_UNREADABLE = 2
_SHOWN = ("slug", "label", "role", "kinds", "storefronts")
_MAX_BYTES = 64 * 1024 * 1024


@app.command("list")
def list_(json: show.AsJson = False) -> None:
    """List installed connectors with the kinds of records they read."""
    from entrepot.kit.registry import connectors

    found: list[dict[str, Any]] = [
        {
            "slug": s.slug, "label": s.label, "role": s.role, "kinds": sorted(s.kinds),
            "aliases": dict(sorted(s.aliases.items())), "can": sorted(s.can),
            "cannot": dict(s.cannot), "storefronts": [f.code for f in s.storefronts],
            "credentials": [c.name for c in s.credentials], "docs": s.docs, "docs_read": s.docs_read,
        }
        for s in connectors().values()
    ]  # fmt: skip
    if not json:
        found = [{n: row[n] for n in _SHOWN} | {"kinds": _named(row["kinds"], row["aliases"])} for row in found]
    show.rows(found, json_wanted=json, empty="no connector is installed")


def _named(kinds: Sequence[str], aliases: Mapping[str, str]) -> list[str]:
    """Each kind with our own names of it."""
    return [" or ".join([kind, *(alias for alias, meant in aliases.items() if meant == kind)]) for kind in kinds]


@app.command("show")
def show_(slug: Slug, json: show.AsJson = False) -> None:
    """Show every capability of a connector, and why it lacks the others."""
    from entrepot.kit.registry import connector

    spec = connector(slug)
    found = [{"capability": name, "decided": word} for name, word in sorted(spec.decided().items())]
    show.rows(found, json_wanted=json)


@app.command("parse")
def parse(
    slug: Slug,
    kind: Annotated[str, typer.Argument(help="Kind of record; `connector list` shows them.")],
    file: Annotated[str, typer.Argument(help="JSON as the remote sends it: an object, a page or a list.")],
    setting: Annotated[list[str] | None, typer.Option(help="NAME=VALUE of the account, such as storefront=DE.")] = None,
    json: show.AsJson = False,
) -> None:
    """Read a file as a connector's records.

    Ends with 0 when everything was mapped or ignored with a reason, 3 when something was set aside, and 2 for a slug,
    kind or file that cannot be read.
    """
    try:
        status, text = _parsed(slug, kind, file, setting or [], json_wanted=json)
    except Exception as error:  # noqa: BLE001 - a connector's own fault must not look like a verdict on the file
        status, text = _UNREADABLE, _broken(f"{type(error).__name__}: {error}", json_wanted=json)
    try:
        typer.echo(text, err=status == _UNREADABLE and not json)
    except BrokenPipeError:
        raise
    except OSError as error:
        typer.echo(f"entrepot: the answer cannot be written: {error.strerror or error}", err=True)
        status = _UNREADABLE
    raise typer.Exit(status)


def _parsed(slug: str, kind: str, file: str, settings: list[str], *, json_wanted: bool) -> tuple[int, str]:
    from entrepot.kit.parse import parse_file

    try:
        content = _content(Path(file))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        return _UNREADABLE, _broken(f"file {file!r}: {why}", json_wanted=json_wanted)
    status, found = parse_file(slug, kind, content, settings)
    if "error" in found:
        return status, _broken(str(found["error"]), json_wanted=json_wanted)
    return status, _document(found) if json_wanted else _report(found)


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise ValueError(f"is larger than {_MAX_BYTES // 1024 // 1024} MiB")
    return content


def _broken(why: str, *, json_wanted: bool) -> str:
    line = " ".join(why.split())[:2000].encode("utf-8", "replace").decode()
    return _document({"error": line}) if json_wanted else f"entrepot: {line}"


def _document(found: Mapping[str, Any]) -> str:
    return json_module.dumps(found, ensure_ascii=False, indent=2)


def _report(found: Mapping[str, Any]) -> str:
    lines = [f"{len(found['records'])} records, {len(found['drift'])} undeclared, {len(found['set_aside'])} set aside"]
    lines += [f"  undeclared  {d['path']} = {_short(d['value'])}" for d in found["drift"]]
    lines += [f"  set aside   {a['where']}: {a['field']} {a['reason']}" for a in found["set_aside"]]
    return "\n".join(lines)


def _short(value: Any) -> str:
    text = json_module.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:79]}…"  # noqa: PLR2004 - a line of a terminal


@app.command("check")
def check(
    slug: Annotated[str, typer.Argument(help="Slug of the connector; none: every one that is installed.")] = "",
    json: show.AsJson = False,
) -> None:
    """Run the conformance suite over a connector; ends with 1 when a check finds something that is not waived."""
    from entrepot.kit import conformance
    from entrepot.kit.registry import connector, connectors, home

    specs = [connector(slug)] if slug else list(connectors().values())
    found = [(spec, conformance.run(spec, home(spec.slug) / "samples")) for spec in specs]
    if json:
        show.as_json([
            {"connector": spec.slug, "check": f.check, "problem": f.problem, "waiver": f.waiver}
            for spec, findings in found
            for f in findings
        ])  # fmt: skip
    else:
        typer.echo("\n".join(conformance.report(spec, findings) for spec, findings in found))
    raise typer.Exit(int(any(not f.waiver for _, findings in found for f in findings)))
