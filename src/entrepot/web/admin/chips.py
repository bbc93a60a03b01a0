"""States as coloured chips. A state has one colour and one word, whatever machine it belongs to."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# state → (tone, words). Tones: good (rests well), busy (the hub works on it), look (a person decides), bad (a person
# must act), calm (nothing to do).
STATES: dict[str, tuple[str, Any]] = {
    "absorbed": ("calm", _("taken by the store")), "accepted": ("good", _("accepted")),
    "applied": ("good", _("applied")), "approved": ("good", _("approved")), "archived": ("calm", _("archived")),
    "at_pickup_point": ("busy", _("at pick-up point")), "awaiting": ("calm", _("awaiting")),
    "awaiting_approval": ("look", _("awaiting approval")), "awaiting_confirmation": ("look", _("on hold")),
    "cancelled": ("bad", _("cancelled")), "changed": ("look", _("changed")), "checked": ("busy", _("checked")),
    "closed": ("calm", _("closed")), "closing": ("busy", _("closing")), "confirmed": ("good", _("confirmed")),
    "created": ("look", _("created")), "dead": ("bad", _("dead")), "delivered": ("good", _("delivered")),
    "denied": ("bad", _("denied")), "done": ("good", _("done")), "draft": ("calm", _("draft")),
    "dropped": ("calm", _("dropped")), "edited": ("look", _("edited")), "failed": ("bad", _("failed")),
    "held": ("busy", _("held")), "ignored": ("calm", _("ignored")), "invoiced": ("busy", _("invoiced")),
    "live": ("good", _("live")), "locked_out": ("bad", _("locked out")), "matched": ("busy", _("matched")),
    "new": ("look", _("new")), "ok": ("good", _("ok")), "open": ("look", _("open")), "partial": ("look", _("partial")),
    "picking": ("busy", _("picking")), "planned": ("busy", _("planned")), "polling": ("busy", _("polling")),
    "processed": ("good", _("processed")), "queued": ("busy", _("queued")), "refused": ("bad", _("refused")),
    "rejected": ("bad", _("rejected")), "released": ("calm", _("released")), "replayed": ("good", _("replayed")),
    "retired": ("calm", _("retired")), "returned": ("calm", _("returned")), "running": ("busy", _("running")),
    "sent": ("busy", _("sent")), "set_aside": ("bad", _("set aside")), "settled": ("good", _("settled")),
    "shipped": ("busy", _("shipped")), "stale": ("calm", _("stale")), "submitted": ("busy", _("submitted")),
    "superseded": ("calm", _("superseded")), "synced": ("good", _("in the store")),
    "undelivered": ("bad", _("undelivered")), "unknown": ("bad", _("unknown")), "unsupplied": ("bad", _("unsupplied")),
    "update": ("look", _("update waits")),
}  # fmt: skip


def chip(tone: str, text: Any, title: str = "") -> SafeString:
    """A coloured word; ``tone`` is good, busy, look, bad or calm."""
    return format_html('<span class="chip chip-{}"{}>{}</span>', tone, _title(title), text)


def _title(title: str) -> SafeString:
    return format_html(' title="{}"', title) if title else SafeString("")


def state_chip(state: str) -> SafeString:
    """The chip of a state; one that nobody named here is shown in its own word."""
    if not state:
        return SafeString("")
    tone, words = STATES.get(state, ("calm", state.replace("_", " ")))
    return chip(tone, words)


class StateChip:
    """Mixin of pages whose rows have a ``state``."""

    @display(description=_("state"), ordering="state")
    def state_chip(self, row: Any) -> SafeString:
        return state_chip(row.state)


def yes_no(value: bool | None, *, yes: Any = None, no: Any = None, bad: bool = False) -> SafeString:
    """A chip for a flag: good and calm, or bad when ``bad`` and set; an empty dash where it is not known."""
    if value is None:
        return SafeString("–")
    if value:
        return chip("bad" if bad else "good", yes or gettext("yes"))
    return chip("calm", no or gettext("no"))
