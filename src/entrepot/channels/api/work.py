"""What is asked of a channel and calls its remote: a run each, never done within the request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from ninja import Field, Router, Status

from entrepot.core.clock import now
from entrepot.jobs.api import RunOut, with_rate
from entrepot.web.areas import ActorRequest, Area
from entrepot.web.shapes import Body, Word

from .. import services
from .shapes import channel_of

router = Router(auth=Area("channels"), tags=["channels"])
ACCEPTED: Any = {202: RunOut}


class LearnIn(Body):
    """Whose attributes and values to read."""

    categories: list[Word] = Field(
        default_factory=list, max_length=200, description="their refs; none: those that we sell in", examples=[["411"]]
    )


class PullIn(Body):
    """What to pull."""

    feeds: list[Word] = Field(
        default_factory=list, max_length=20, description="names of feeds; none: all", examples=[["products", "orders"]]
    )


class PushIn(Body):
    """How long the run waits for verdicts."""

    wait_s: Annotated[float, Field(ge=0, le=300)] = Field(30.0, description="seconds", examples=[30.0])


def started(request: ActorRequest, channel_id: int, work: str, options: Mapping[str, Any] | None = None) -> Any:
    """The run of this work on a channel that the actor may see, with status 202."""
    row = channel_of(request, channel_id)
    run = services.start_work(
        seller_id=row.seller_id, channel_id=row.id, work=work, options=options, asked_by=request.auth.name, at=now()
    )
    return Status(202, with_rate(run))


@router.post("/channels/{channel_id}/check", response=ACCEPTED, operation_id="check_channel", summary="Check a channel")
def check_channel(request: ActorRequest, channel_id: int) -> Any:
    """Use each capability once, harmlessly; the run's report has ``checks``. A channel that passes is checked; one that
    was locked out is back.
    """
    return started(request, channel_id, "check")


@router.post(
    "/channels/{channel_id}/match", response=ACCEPTED, operation_id="match_channel", summary="Pull dry and match"
)
def match_channel(request: ActorRequest, channel_id: int) -> Any:
    """Read what is there without changing anything; the run's report says what fits. 409: not checked yet."""
    return started(request, channel_id, "match")


@router.post("/channels/{channel_id}/go-live", response=ACCEPTED, operation_id="go_live", summary="Start a channel")
def go_live(request: ActorRequest, channel_id: int) -> Any:
    """Adopt what is on sale already, and start the pulls; nothing is sent by this. 409: not matched yet."""
    return started(request, channel_id, "go_live")


@router.post("/channels/{channel_id}/learn", response=ACCEPTED, operation_id="learn_channel", summary="Learn words")
def learn_channel(request: ActorRequest, channel_id: int, body: LearnIn) -> Any:
    """Read categories and brands, then attributes and values of the categories that matter. 409: no marketplace."""
    return started(request, channel_id, "learn", {"categories": body.categories})


@router.post("/channels/{channel_id}/pull", response=ACCEPTED, operation_id="pull_channel", summary="Pull now")
def pull_channel(request: ActorRequest, channel_id: int, body: PullIn) -> Any:
    """Pull products, stock, orders or whatever feeds are named, now. 409: not live, or it has no such feed."""
    return started(request, channel_id, "pull", {"feeds": body.feeds})


@router.post("/channels/{channel_id}/push", response=ACCEPTED, operation_id="push_channel", summary="Push now")
def push_channel(request: ActorRequest, channel_id: int, body: PushIn) -> Any:
    """Send what differs and wait for the verdicts. 409: not live, paused, or nobody approved the first push."""
    return started(request, channel_id, "push", {"wait_s": body.wait_s})
