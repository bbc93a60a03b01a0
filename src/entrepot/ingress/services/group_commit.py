"""One transaction for what several threads of a process want to commit at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(slots=True)
class _Waiting(Generic[Item, Result]):
    item: Item
    is_done: bool = False
    result: Result | None = None
    error: BaseException | None = None


class GroupCommit(Generic[Item, Result]):
    """Whoever comes while a commit is under way waits for it, and then commits for all that wait.

    A flush to the disk costs the same for one row and for fifty. A group that fails is done again one by one, so that
    nobody fails for what another brought.
    """

    def __init__(self, commit: Callable[[Sequence[Item]], Sequence[Result]], *, most: int = 100) -> None:
        """``commit`` keeps items in one transaction and gives a result for each, in their order."""
        self._commit, self._most = commit, most
        self._waiting: list[_Waiting[Item, Result]] = []
        self._door, self._turn = threading.Lock(), threading.Lock()

    def add(self, item: Item) -> Result:
        """The result of ``item``, once it is committed.

        Raises:
            Exception: whatever ``commit`` raised for this item alone.
        """
        mine: _Waiting[Item, Result] = _Waiting(item)
        with self._door:
            self._waiting.append(mine)
        with self._turn:  # a group at a time; who did not lead finds that it is done
            while not mine.is_done:
                self._lead()
        if mine.error is not None:
            raise mine.error
        return mine.result  # type: ignore[return-value]

    def _lead(self) -> None:
        with self._door:
            group, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        try:
            results = self._commit([one.item for one in group])
        except Exception as error:  # noqa: BLE001 - it is raised where it belongs
            if len(group) == 1:
                group[0].error, group[0].is_done = error, True
                return
            for one in group:
                self._alone(one)
            return
        for one, result in zip(group, results, strict=True):
            one.result, one.is_done = result, True

    def _alone(self, one: _Waiting[Item, Result]) -> None:
        try:
            (one.result,) = self._commit([one.item])
        except Exception as error:  # noqa: BLE001 - it is raised where it belongs
            one.error = error
        one.is_done = True
