"""Everything a reader must know about Bazaria, as data."""

from __future__ import annotations

from entrepot.kit.auth import Header
from entrepot.kit.spec import MARKETPLACE, Call, Credential, Kind, Limit, Poll, Pull, Push, Receive, Setting, Spec

from . import calls, mapping, wire

_CAN = {
    "pull_orders": Pull(kind="order", first=calls.orders_first, page=calls.orders_page, max_refs=20),
    "push_offers": Push(chunk=500, build=calls.offers, read=calls.offers_read),
    "poll_batch": Poll(build=calls.batch, read=calls.batch_read),
    "get_label": Call(build=calls.label, read=calls.label_read),
    "read_webhook": Receive(
        verify=calls.verify,
        read=calls.news,
        is_ping=calls.is_ping,
        proofs=("hmac",),
        sent_at=calls.sent_at,
        networks=("198.51.100.0/24", "2001:db8::/32"),
    ),
}

SPEC = Spec(
    slug="bazaria",
    label="Bazaria",
    role="marketplace",
    docs="https://developers.bazaria.example/v3",
    docs_read="2026-05-14",
    auth=Header("Authorization", "token", "Bearer "),
    credentials=(Credential(name="token", label="Token"),),
    kinds={
        "order": Kind(
            wire=wire.Order,
            into=mapping.package,
            unwrap=calls.unwrap,
            name_of=lambda raw: f"order {raw['orderNumber']}",
        )
    },
    package_states=mapping.STATES,
    can=_CAN,
    cannot={name: "an invented marketplace has no more" for name in MARKETPLACE if name not in _CAN},
    limits=(Limit(count=50, per_s=10, source="docs, 'Limits'"),),
    settings=(Setting(name="greeting", label="A word on each parcel", default="", assumed=True),),
    words=calls.words,
)
