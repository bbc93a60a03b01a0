"""The common label: asked for first, fetched afterwards (page "Common label"). Only ZPL exists."""

from __future__ import annotations

import dataclasses
from typing import Any

from entrepot.core.errors import MappingError, RemoteChanged
from entrepot.kit.records import Label
from entrepot.kit.requests import Account, Reply, Request
from entrepot.kit.shipping import LabelRequest
from entrepot.kit.wire import validated

from . import wire_lookups as wire
from .calls import seller
from .content_fields import number


def make(account: Account, wanted: LabelRequest) -> Request:
    """Has the label made; the same request again makes the same label.

    Raises:
        MappingError: no box, or a tracking number that is none of Trendyol's.
    """
    if wanted.boxes < 1:
        raise MappingError(f"label {wanted.tracking_ref}", "boxes", f"must be 1 or more, not {wanted.boxes}")
    body: dict[str, object] = {"format": "ZPL", "boxQuantity": wanted.boxes}
    if wanted.volume is not None:
        body["volumetricHeight"] = wanted.volume
    return Request("POST", _path(account, wanted), body=body, endpoint="label_create", group="labels")


def made(account: Account, wanted: LabelRequest, reply: Reply) -> LabelRequest:
    """What was asked for; the label itself is fetched."""
    return wanted


def fetch(account: Account, wanted: LabelRequest) -> Request:
    """The label, one page a box. Refused with 404 until it was made."""
    return Request("GET", _path(account, wanted), endpoint="label_fetch", group="labels", is_kept=False)


def fetched(account: Account, wanted: LabelRequest, reply: Reply) -> Label:
    """The label.

    Raises:
        RemoteChanged: an answer that is none.
    """
    try:
        found = label(validated(wire.Labels, reply.body, f"label {wanted.tracking_ref}"), account)
    except MappingError as error:
        raise RemoteChanged(f"trendyol get_label: {error}", status=reply.status) from None
    return dataclasses.replace(found, tracking_ref=wanted.tracking_ref)


def label(theirs: wire.Labels, account: Account) -> Label:
    """The pages of a label. The answer does not repeat the tracking number.

    Raises:
        MappingError: another format than ZPL, or no page.
    """
    strange = {one.format for one in theirs.data} - {"ZPL"}
    if strange or not theirs.data:
        raise MappingError("label", "format", f"must be ZPL with one page a box, not {sorted(strange) or 'nothing'}")
    return Label(tracking_ref="", format="zpl", pages=tuple(one.label.encode() for one in theirs.data))


def label_raws(document: Any) -> list[Any]:
    """One answer is one label."""
    return [document]


def _path(account: Account, wanted: LabelRequest) -> str:
    ref = number(wanted.tracking_ref, "tracking_ref", f"label {wanted.tracking_ref}")
    return f"/sellers/{seller(account)}/common-label/{ref}"
