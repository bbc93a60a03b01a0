"""Which budgets one call is taken from."""

from __future__ import annotations

from urllib.parse import urlsplit

from .ports import Allowance
from .requests import Account, Request
from .spec import Limit, Spec


def allowances(spec: Spec, account: Account, request: Request) -> list[Allowance]:
    """Every declared limit that counts ``request``, under keys that all workers and sellers of the scope share."""
    found = []
    for i, limit in enumerate(spec.limits):
        if limit.scope == "item" or limit.group not in ("*", request.group):
            continue
        count = _count(limit, account)
        if count is not None:
            endpoint = f":{request.endpoint or request.path}" if limit.each_endpoint else ""
            key = f"{spec.slug}:{i}:{_scope(limit, spec, account)}{endpoint}"
            found.append(Allowance(key, count, limit.per_s))
    return found


def _count(limit: Limit, account: Account) -> int | None:
    """Calls allowed; None where the account's tier knows no limit."""
    tier = account.setting("tier")
    return limit.by_tier.get(tier, limit.count)


def _scope(limit: Limit, spec: Spec, account: Account) -> str:
    host = urlsplit(account.base_url).netloc
    return {"account": f"{host}/{account.account_ref}", "host": host, "application": spec.slug}[limit.scope]
