"""Remote calls of a set side by side: each waits for its own answer only."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextvars import copy_context
from typing import TypeVar

from django.db import connections

from entrepot.core.errors import RemoteBusy
from entrepot.jobs.services import STOPPING

Item = TypeVar("Item")
Result = TypeVar("Result")

LANES = 2  # per set; budgets and breaker are shared, so more would only wait

_ENDING = RemoteBusy("this worker ends; another goes on", retry_after_s=0)


def side_by_side(call: Callable[[Item], Result], items: Sequence[Item]) -> list[Result | Exception]:
    """What ``call`` returned or raised for each item, in their order; one by one in this thread when there is one.

    What has not been begun when the process is asked to end is not called: it is a RemoteBusy, to be tried at once.
    """
    found: list[Result | Exception] = [RuntimeError("not called")] * len(items)

    def run(first: int, step: int) -> None:
        for i in range(first, len(items), step):
            try:
                found[i] = _ENDING if STOPPING.is_set() else call(items[i])
            except Exception as error:  # noqa: BLE001 - told to the caller, who knows what it means
                found[i] = error

    def lane(first: int, step: int) -> None:
        try:
            run(first, step)
        finally:
            connections.close_all()  # to the pool

    lanes = min(LANES, len(items))
    if lanes <= 1:
        run(0, 1)
        return found
    threads = [
        threading.Thread(target=copy_context().run, args=(lane, n, lanes), name=f"call-{n}") for n in range(lanes)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
