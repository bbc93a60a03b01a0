"""Errors say who can act, so a worker, an API client and a seller all get the right one.

* EntrepotError
  - Refused              the caller asked for something the domain forbids: fix the request (HTTP 409)
    - IllegalMove          this state has no such move
    - Invalid              a value is not allowed: carries record, field and what is allowed (HTTP 422)
  - RemoteError          a remote said no, or said nothing
    - RemoteBusy           try again later, by itself (429, 5xx, timeout); carries ``not_before`` seconds
      - OutcomeUnknown       a write timed out: ask the remote, never resend
    - RemoteRefused        the seller must fix data or rights (400, 403, 422)
      - RemoteUnauthorised   credentials are wrong, or lack a right: the channel needs to be re-authorised
    - RemoteChanged        we must fix code: the reply does not fit the spec
  - MappingError         a record cannot be said in the other side's words; carries record, field and why
"""

from __future__ import annotations


class EntrepotError(Exception):
    """Something went wrong in Entrepot."""


class Refused(EntrepotError):
    """The request breaks a rule of the domain."""


class IllegalMove(Refused):
    """No such move from this state."""

    def __init__(self, machine: str, state: str, event: str, allowed: tuple[str, ...]) -> None:
        self.machine, self.state, self.event, self.allowed = machine, state, event, allowed
        super().__init__(f"{machine} is {state!r}: cannot {event!r}; allowed: {', '.join(allowed) or 'nothing'}")


class Invalid(Refused):
    """A value is not allowed. Where several are not, ``more`` are the (field, why) of the others."""

    def __init__(self, record: str, field: str, why: str, *more: tuple[str, str]) -> None:
        self.record, self.field, self.why = record, field, why
        self.faults = ((field, why), *more)
        super().__init__(f"{record}: {'; '.join(f'{name} {wrong}' for name, wrong in self.faults)}")


class RemoteError(EntrepotError):
    """The other side refused, failed, or was not understood."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        self.status = status
        super().__init__(message)


class RemoteBusy(RemoteError):
    """Nobody has to act: the call is made again, not before ``retry_after_s`` seconds."""

    def __init__(self, message: str, *, status: int | None = None, retry_after_s: float = 1.0) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(message, status=status)


class OutcomeUnknown(RemoteBusy):
    """A write was sent and no answer came. Ask the remote what became of it; do not send it again."""


class RemoteRefused(RemoteError):
    """The remote said no in its own words; the seller has to mend data or rights."""

    def __init__(self, message: str, *, status: int | None = None, body: object = None) -> None:
        self.body = body
        super().__init__(message, status=status)


class RemoteUnauthorised(RemoteRefused):
    """Credentials are wrong, revoked, or lack the right for this call."""


class RemoteChanged(RemoteError):
    """The reply does not fit the spec: our code has to change, or a proxy answered in its place."""


class MappingError(EntrepotError):
    """A record cannot be expressed in the other side's vocabulary."""

    def __init__(self, record: str, field: str, why: str) -> None:
        self.record, self.field, self.why = record, field, why
        super().__init__(f"{record}: {field} {why}")
