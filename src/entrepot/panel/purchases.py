"""The order behind a reservation or a shortage: inventory knows a line's id only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from entrepot.core.actor import Actor
from entrepot.orders.models import Line
from entrepot.web.admin import Box, Section, actor_of
from entrepot.web.admin.show import EMPTY, row_link


def of_rows(who: Actor, rows: Sequence[Any]) -> dict[int, SafeString]:
    """The order of each row, linked. One SQL query."""
    wanted = Line.objects.for_actor(who).filter(id__in={row.line_id for row in rows})
    orders = {i: (pk, ref) for i, pk, ref in wanted.values_list("id", "order_id", "order__order_ref")}
    return {row.pk: row_link("orders.order", *orders[row.line_id]) for row in rows if row.line_id in orders}


def of_row(request: HttpRequest, row: Any) -> list[Section]:
    """The same, on the row's own page."""
    return [Box(_("Order"), of_rows(actor_of(request), [row]).get(row.pk, EMPTY))]
