"""``entrepot channel``: connect an account, look at it, prove that it works."""

from __future__ import annotations

import json as json_module
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.core.clock import now
from entrepot.core.errors import Invalid, Refused

from . import channel_switch, channel_work, find, show
from .session import OPERATOR, ready
from .work import Background, work

if TYPE_CHECKING:
    from entrepot.channels.models import Channel
    from entrepot.kit.spec import Spec

app = typer.Typer(no_args_is_help=True, help="Channels: a seller's accounts on stores and marketplaces.")
channel_work.add_to(app)
channel_switch.add_to(app)
Many = list[str] | None
_FITS = ("read", "exact", "normalised", "ambiguous", "none", "set_aside")
_BRIEF = 60  # characters of an error in a list


@app.command("add")
def add(
    slug: Annotated[str, typer.Argument(help="Connector; `connector list` shows them.", metavar="CONNECTOR")],
    name: Annotated[str, typer.Argument(help="What people call it.")],
    seller: find.SellerCode,
    url: Annotated[str, typer.Option(help="Address of the shop; marketplaces have a default.")] = "",
    account: Annotated[str, typer.Option(help="Their number of the account, where they have one.")] = "",
    secrets_file: Annotated[str, typer.Option(help="JSON object of credentials; - reads standard input.")] = "",
    secret: Annotated[Many, typer.Option(help="NAME=VALUE; seen by others in the list of processes.")] = None,
    setting: Annotated[Many, typer.Option(help="NAME=VALUE of the connector's settings.")] = None,
    storefront: Annotated[Many, typer.Option(help="Code of a country's window to open, such as TR.")] = None,
    json: show.AsJson = False,
) -> None:
    """Connect an account. Credentials that are not given are asked for. Then: check, match, go-live."""
    from entrepot.kit.registry import connector

    spec = connector(slug)
    if storefront:
        _has_storefronts(spec, name)
    secrets = {**_from_file(secrets_file), **find.pairs(secret or [], what="secret")}
    settings = {n: _value(v) for n, v in find.pairs(setting or [], what="setting").items()}
    with ready():
        from django.db import transaction

        from entrepot.channels.services import add_channel, open_storefront

        seller_id = find.seller(seller).id
        _ask_missing(spec, secrets)
        with transaction.atomic():
            row = add_channel(
                seller_id=seller_id, slug=slug, name=name, base_url=url, account_ref=account, secrets=secrets,
                settings=settings, at=now(),
            )  # fmt: skip
            for code in storefront or []:
                open_storefront(seller_id=seller_id, channel_id=row.id, code=code)
        show.record(_row(row), json_wanted=json)


def _from_file(name: str) -> dict[str, str]:
    if not name:
        return {}
    from entrepot.kit.requests import loads

    try:
        found = loads(sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes(), is_repeat_refused=True)
    except ValueError as error:
        raise Invalid("secrets file", "content", f"is not JSON: {error}") from None
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        raise Invalid("secrets file", "content", "must be an object of texts")
    return found


def _ask_missing(spec: Spec, secrets: dict[str, str]) -> None:
    if not sys.stdin.isatty():
        return  # the service says what is missing
    for wanted in spec.credentials:
        if wanted.name not in secrets:
            secrets[wanted.name] = typer.prompt(wanted.label, hide_input=wanted.is_secret)


def _value(text: str) -> Any:
    try:
        return json_module.loads(text)
    except (ValueError, RecursionError):
        return text


@app.command("list")
def list_(seller: find.MaybeSeller = None, json: show.AsJson = False) -> None:
    """List channels with their state and last error."""
    with ready():
        from entrepot.channels.models import Channel

        rows = Channel.objects.for_actor(OPERATOR).select_related("seller").order_by("id")
        if seller:
            rows = rows.filter(seller_id=find.seller(seller).id)
        found = [_row(c) if json else _brief(c) for c in rows]
        show.rows(found, json_wanted=json, empty="no channels; `entrepot channel add` connects an account")


@app.command("show")
def show_(channel: find.ChannelName, seller: find.MaybeSeller = None, json: show.AsJson = False) -> None:
    """Show one channel: storefronts, settings, what the last check found."""
    with ready():
        row = find.channel(channel, seller)
        more = {
            "account_ref": row.account_ref, "storefronts": [s.code for s in row.storefronts.order_by("code")],
            "settings": row.settings, "checks": row.checks, "orders_from": row.orders_from,
            "first_push_approved_at": row.first_push_approved_at, "last_ok_at": row.last_ok_at,
        }  # fmt: skip
        show.record({**_row(row), **more}, json_wanted=json)


@app.command("storefront")
def storefront(
    channel: find.ChannelName, code: Annotated[str, typer.Argument(help="Such as TR.")], seller: find.MaybeSeller = None
) -> None:
    """Open a country's window."""
    with ready():
        from entrepot.channels.services import open_storefront
        from entrepot.kit.registry import connector

        row = find.channel(channel, seller)
        _has_storefronts(connector(row.connector), row.name)
        front = open_storefront(seller_id=row.seller_id, channel_id=row.id, code=code)
        typer.echo(f"{front} is open: {front.country}, {front.currency}, {front.language}")


@app.command("check")
def check(
    channel: find.ChannelName, seller: find.MaybeSeller = None, background: Background = False,
    json: show.AsJson = False,
) -> None:  # fmt: skip
    """Use every capability once, harmlessly; ends with 1 when one is not permitted or does not work."""
    with ready():
        row = find.channel(channel, seller)
        found = work(row, "check", doing=f"checking {row.name}", background=background, json=json)["checks"]
        show.rows([{"capability": n, "result": r} for n, r in found.items()], json_wanted=json)
        if all(result == "ok" for result in found.values()):
            show.next_step(f"entrepot channel match {row.id}   (reads, and changes nothing)", json_wanted=json)
        raise typer.Exit(int(any(result != "ok" for result in found.values())))


@app.command("match")
def match(
    channel: find.ChannelName, seller: find.MaybeSeller = None, background: Background = False,
    json: show.AsJson = False,
) -> None:  # fmt: skip
    """Pull what is there without changing anything, and say what fits to what we know."""
    with ready():
        row = find.channel(channel, seller)
        if row.state == "draft":
            raise Refused(f"channel {row.name} was not checked yet: `entrepot channel check {row.id}`")
        report = work(row, "match", doing=f"reading {row.name}", background=background, json=json)
        report = {name: report[name] for name in _FITS}
        if not json:
            report = {n: len(v) if isinstance(v, list) else v for n, v in report.items()}
        show.record(report, json_wanted=json)
        show.next_step(_after_match(row), json_wanted=json)


def _after_match(row: Channel) -> str:
    if row.role == "store":
        return f"entrepot channel go-live {row.id}   (what fits nothing comes in as new products)"
    return f"entrepot channel learn {row.id}   (their words; then a sheet or mappings, prices, go-live)"


def _has_storefronts(spec: Spec, name: str) -> None:
    if not spec.storefronts:
        raise Refused(f"channel {name} is a {spec.role} and has no storefronts; marketplaces have")


def _brief(row: Channel) -> dict[str, Any]:
    """What fits on a line of a terminal; `channel show` tells all."""
    switches = {"paused": row.is_push_paused, "zeroed": row.is_zeroed, "approves": row.is_auto_approving}
    error = row.last_error if len(row.last_error) <= _BRIEF else f"{row.last_error[: _BRIEF - 1]}…"
    return {
        "id": row.id, "seller": row.seller.code, "name": row.name, "connector": row.connector, "state": row.state,
        "switches": [name for name, is_on in switches.items() if is_on] or None, "last_error": error,
    }  # fmt: skip


def _row(row: Channel) -> dict[str, Any]:
    return {
        "id": row.id, "seller": row.seller.code, "name": row.name, "connector": row.connector, "role": row.role,
        "state": row.state, "is_paused": row.is_push_paused, "is_zeroed": row.is_zeroed, "base_url": row.base_url,
        "is_auto_approving": row.is_auto_approving, "last_error": row.last_error,
    }  # fmt: skip
