"""An order into the store: searched for before it is sent twice, its total settled to the cent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import structlog
from django.db import InterfaceError, OperationalError, transaction

from entrepot.channels import services as channels
from entrepot.core.clock import now
from entrepot.core.correlation import correlated
from entrepot.core.errors import MappingError, OutcomeUnknown, RemoteBusy, RemoteError, RemoteUnauthorised
from entrepot.kit import records
from entrepot.kit.batch import fill, halves
from entrepot.kit.client import Client
from entrepot.kit.find import find, find_many
from entrepot.kit.many import send_many
from entrepot.kit.requests import Reply, Request
from entrepot.kit.spec import Call
from entrepot.orders import queries as order_queries
from entrepot.orders import services as orders

from .side_by_side import side_by_side

if TYPE_CHECKING:
    from entrepot.channels.models import Channel, Intent

log = structlog.get_logger(__name__)

# A shop makes one after the other, in some tenths of a second each: all of them within one time-out.
_PER_CALL = 25  # setting hub.orders_per_call
_PATIENCE_S = 300.0  # in which a store may still finish an order that it took; setting hub.late_commit_s


def pursue_all(intents: Sequence[Intent], store: Channel) -> dict[int, Exception]:
    """Create the orders in the store, or find them there; what went wrong by intent id.

    The marks before the calls and the bookkeeping after them are one transaction each; the calls themselves go side
    by side. What the process leaves behind when it dies in between is asked for later, as any call without answer.
    """
    push = Pushing(channels.client_for(store), orders_per_call(store))
    unknown = [i for i in intents if i.state == "unknown"]
    push.take(unknown, push.ask(unknown))
    missing = {i.id for i in unknown if i.id not in push.failed and i.id not in push.made}
    wait_s = patience_s(store)
    gone = {i.id for i in unknown if i.id in missing and not channels.resend_intent(i, patience_s=wait_s, at=now())}
    by_id = {i.id: i for i in intents}
    _settle(push, by_id)
    push.made.clear()
    fresh = [i for i in intents if i.id not in gone and i.id not in push.failed and i.state == "planned"]
    if fresh:
        begun = _begin(fresh, store)
        push.failed |= begun.refused
        sent = [i for i in fresh if i.id in begun.sales]
        push.take(sent, push.send(sent, begun.sales))
    _settle(push, by_id)
    return push.failed


def _begin(intents: Sequence[Intent], store: Channel) -> orders.Begun:
    """Mark a set as sent. One that fails is halved until the guilty stands alone; nothing of it was sent."""
    try:
        return orders.begin_exports(intents=intents, store=store, at=now())
    except (OperationalError, InterfaceError):
        raise  # the database: all of them come back
    except Exception as error:
        log.exception("begin.halved", orders=len(intents))
        for intent in intents:
            intent.state = "planned"  # as it is in the database: the transaction is undone
        if len(intents) == 1:
            return orders.Begun(refused={intents[0].id: error})
        one, other = (_begin(half, store) for half in halves(intents))
        return orders.Begun(sales=one.sales | other.sales, refused=one.refused | other.refused)


def orders_per_call(store: Channel) -> int:
    """How many orders one request may make, where the store has such a request at all; 1: each alone."""
    return int(store.settings.get("hub.orders_per_call", _PER_CALL))


def patience_s(store: Channel) -> float:
    """How long a store may take to show what it took."""
    return float(store.settings.get("hub.late_commit_s", _PATIENCE_S))


def _settle(push: Pushing, by_id: dict[int, Intent]) -> None:
    """All at once; where one cannot be settled, one by one, so that it alone fails."""
    made = [(by_id[i], order) for i, order in push.made.items()]
    if not made:
        return
    try:
        orders.settle_exports(made=made, at=now())
    except Exception:
        if len(made) == 1:
            raise
        log.exception("settle.one_by_one", orders=len(made))
        for intent, order in made:
            try:
                orders.settle_exports(made=[(intent, order)], at=now())
            except Exception as error:  # noqa: BLE001 - told to the caller, who keeps it with the intent
                push.failed[intent.id] = error


@dataclass(slots=True)
class Pushing:
    """A set on its way: what the store made and what went wrong, by intent id."""

    client: Client
    per_call: int
    made: dict[int, records.StoreOrder] = field(default_factory=dict)
    failed: dict[int, Exception] = field(default_factory=dict)

    def take(self, intents: Sequence[Intent], results: Sequence[records.StoreOrder | Exception | None]) -> None:
        for intent, result in zip(intents, results, strict=True):
            if isinstance(result, Exception):
                self.failed[intent.id] = result
            elif result is not None:
                self.made[intent.id] = result

    def send(
        self, intents: Sequence[Intent], sales: Mapping[int, records.SalesOrder]
    ) -> list[records.StoreOrder | Exception]:
        """What became of each: in as few requests as may be, side by side. What once stayed without an answer goes
        alone, so that one order that a store hangs on does not take others with it twice.
        """
        alone, others = self._apart(intents)
        sets: list[Sequence[Intent]] = [[i] for i in alone]
        sets += fill(others, self._most())
        found: dict[int, records.StoreOrder | Exception] = {}
        for some, told in zip(sets, side_by_side(lambda some: self._sent(some, sales), sets), strict=True):
            results = [told] * len(some) if isinstance(told, Exception) else told
            found |= {i.id: result for i, result in zip(some, results, strict=True)}
        return [found[i.id] for i in intents]

    def _apart(self, intents: Sequence[Intent]) -> tuple[list[Intent], list[Intent]]:
        alone = [i for i in intents if i.result.get("alone")]
        return alone, [i for i in intents if not i.result.get("alone")]

    def _most(self) -> int:
        call = self.client.spec.can["push_order"]
        assert isinstance(call, Call)
        return min(self.per_call, call.many.most) if call.many else 1

    def _sent(self, intents: Sequence[Intent], sales: Mapping[int, records.SalesOrder]) -> list[Any]:
        def send(request: Request) -> Reply:
            if now() > channels.call_by(intents[0]):
                raise RemoteBusy("its turn came too late; nothing was sent")
            return self.client.send(request)

        with correlated(i.correlation for i in intents):
            return send_many(self.client.spec, "push_order", self.client.account, [sales[i.id] for i in intents], send)

    def ask(self, intents: Sequence[Intent]) -> Sequence[records.StoreOrder | Exception | None]:
        """Each order that the store has. A question that fails proves nothing: the outcome stays unknown."""
        if not intents:
            return []
        known = order_queries.orders(order_ids=[i.subject_id for i in intents])
        asked = [orders.asked_order(order=known[i.subject_id], intent=i) for i in intents]
        try:
            return self._found(asked)
        except (RemoteBusy, RemoteUnauthorised) as error:
            return [error] * len(intents)
        except (RemoteError, MappingError) as error:
            if len(intents) > 1:  # one of them may be too old to be searched for: it must not spoil the others
                return [found for half in halves(intents) for found in self.ask(half)]
            return [OutcomeUnknown(f"whether the store has it could not be found out: {error}")]

    def _found(self, asked: Sequence[records.SalesOrder]) -> list[Any]:
        return find_many(self.client.spec, "push_order", self.client.account, asked, self.client.send)


def refuse(intent: Intent, why: str) -> None:
    """A person has to mend it."""
    orders.fail_export(intent=intent, why=why, at=now())


def pursue_total(intent: Intent, store: Channel) -> None:
    """Put the rounding residue on one fee line; looked for where it may have been sent, so it is never added twice."""
    client = channels.client_for(store)
    call = client.spec.can["settle_total"]
    assert isinstance(call, Call)
    order = order_queries.order(order_id=intent.subject_id)
    if order.state == "cancelled" or order.store_total is None:
        channels.confirm_intent(intent, their_ref="", result={"total": "of an order that is no more"}, at=now())
        return
    held = records.StoreOrder(
        store_ref=order.store_ref, number=order.store_ref, state="open", their_status="", total=order.store_total,
        currency=order.store_currency, our_ref=intent.payload["our_ref"],
    )  # fmt: skip
    subject = (held, Decimal(intent.payload["difference"]), intent.payload["our_ref"])
    made = None
    if intent.state == "unknown":
        made = find(client.spec, "settle_total", client.account, subject, client.send)
    if made is None:
        if intent.state == "unknown" and not channels.resend_intent(intent, patience_s=patience_s(store), at=now()):
            return
        if not channels.send_intent(intent, at=now()):
            return
        made = call.read(client.account, subject, client.send(call.build(client.account, subject)))
    if channels.confirm_intent(intent, their_ref=made.store_ref, result={"total": str(made.total)}, at=now()):
        orders.note_store_total(seller_id=order.seller_id, order_id=order.id, total=made.total)


def refuse_total(intent: Intent, why: str) -> None:
    """The totals differ, and the store does not let us say so: a person has to know."""
    _trouble(intent, why, "total", f"the store's total differs: {why}")


def pursue_waybills(intent: Intent, store: Channel) -> None:
    """Write the waybills into the store's order; the same again does no harm."""
    client = channels.client_for(store)
    call = client.spec.can["note_waybills"]
    assert isinstance(call, Call)
    order = order_queries.order(order_id=intent.subject_id)
    subject = (order.store_ref, intent.payload["waybills"])
    if intent.state == "planned" and not channels.send_intent(intent, at=now()):
        return
    is_newest = order.waybills == intent.payload["waybills"]
    if is_newest:
        call.read(client.account, subject, client.send(call.build(client.account, subject)))
    orders.confirm_waybills(intent=intent, is_written=is_newest, at=now())


def refuse_waybills(intent: Intent, why: str) -> None:
    """The order stands without them; a person may write them in."""
    text = f"waybill {intent.payload['waybills']} could not be written into the store's order: {why}"
    _trouble(intent, why, "waybills", text)


def _trouble(intent: Intent, why: str, kind: str, text: str) -> None:
    """The intent's end and the order's word of it are one transaction."""
    with transaction.atomic():
        order_queries.locked_order(seller_id=intent.seller_id, order_id=intent.subject_id)
        if channels.refuse_intent(intent, why=why, at=now()):
            orders.say_trouble(seller_id=intent.seller_id, order_id=intent.subject_id, kind=kind, why=text)
