"""How the stock of a listing came about, for people."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from entrepot.web.admin import Section, Table
from entrepot.web.admin.show import EMPTY, number

from .models import Listing
from .queries import Made, stock_made


def section(row: Listing) -> list[Section]:
    """Each step from what is available to what is published. Two SQL queries."""
    found = stock_made(listing_id=row.pk)
    if found is None:
        return []
    return [Table(_("How the stock comes about"), [_("step"), _("pieces"), _("why")], _steps(found))]


def _steps(m: Made) -> list[tuple[Any, ...]]:
    delay = _("%(n)s s to acknowledge") if m.is_measured else _("%(n)s s to acknowledge, not measured yet")
    pace = f"{number(m.pace)} × {_('%(n)s a day') % {'n': number(m.per_day)}} × {delay % {'n': number(m.delay_s)}}"
    steps: list[tuple[Any, ...]] = [
        (_("available"), EMPTY if m.available is None else m.available, _("on hand less what is promised")),
        (_("held back"), number(-m.pieces), _("whatever there is")),
        (_("held back"), EMPTY if m.share is None else number(-m.share), f"{m.fraction:.1%}"),
        (_("held back"), number(-m.cover), pace),
    ]
    if m.most is not None:
        steps.append((_("at most"), number(m.most), _("what the channel keeps")))
    if m.stop:
        steps.append((_("stopped"), 0, _stop(m.stop)))
    return [*steps, (_("published"), number(m.published), "")]


def _stop(why: str) -> str:
    return {
        "not selling": _("the storefront is closed, or the channel is set to zero"),
        "not on show": _("the product is not on show, rejected or archived"),
        "closed": _("the listing is closed, or is being closed"), "no price": _("its price is not known any more"),
    }[why]  # fmt: skip
