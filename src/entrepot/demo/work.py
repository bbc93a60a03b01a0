"""Work on a channel as a person asks for it in the panel: a run that can be looked at afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import OperationalError

from entrepot.channels import services as channels
from entrepot.core.clock import now

if TYPE_CHECKING:
    from entrepot.channels.services.work import Channel


def carried_out(channel: Channel, name: str) -> dict[str, Any]:
    """Do one work of ``config/channel_work.py`` here, as a run; its report.

    Raises:
        EntrepotError: the run failed; as the work itself says it.
        OperationalError: a moment's trouble of the database, such as a deadlock.
    """
    run = channels.start_work(
        seller_id=channel.seller_id, channel_id=channel.id, work=name, asked_by="demo", is_deferred=False, at=now()
    )
    error = channels.carry_out(run_id=run.pk, channel_id=channel.id, options={})
    channel.refresh_from_db()
    if error is not None:
        if str(error).startswith("OperationalError"):  # carry_out tells every fault of ours as a refusal
            raise OperationalError(str(error))
        raise error
    run.refresh_from_db()
    report: dict[str, Any] = run.report
    return report
