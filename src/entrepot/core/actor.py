"""Who acts. Accounts puts it on a request; everything else only reads it."""

from __future__ import annotations

from dataclasses import dataclass, field

ROLES = ("operator", "owner", "manager", "clerk")


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or a key, and what it may touch.

    ``seller_ids`` None means every seller (operators only). ``scopes`` limits an API key: ``orders:read`` or
    ``orders:write``; empty means all that the role allows.
    """

    name: str
    role: str
    seller_ids: frozenset[int] | None
    scopes: frozenset[str] = field(default_factory=frozenset)

    @property
    def can_write(self) -> bool:
        """Clerks only read."""
        return self.role in {"operator", "owner", "manager"}

    def may(self, area: str, verb: str) -> bool:
        """Whether this actor may ``read`` or ``write`` an area such as ``orders``."""
        if verb != "read" and not self.can_write:
            return False
        wanted = {f"{area}:{verb}", f"*:{verb}"} | ({f"{area}:write", "*:write"} if verb == "read" else set())
        return not self.scopes or bool(self.scopes & wanted)
