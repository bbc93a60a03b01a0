"""What stands behind the question mark: a parameter that nobody reads is a mistake, not decoration."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from ninja.operation import Operation

from entrepot.core.errors import Invalid


def known_parameters(run: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator of an operation's ``run``, the first of all, so that it is the operation's own: refuses with 422 what
    the operation does not read, and what is given twice.

    A misspelled filter would answer with everything. Who may not call the operation hears that first.
    """
    operation: Operation = run.__self__  # type: ignore[attr-defined]
    names = _names(operation)
    view = operation.view_func

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        _check(request, names)
        return view(request, *args, **kwargs)

    operation.view_func = checked
    return run


def _names(operation: Operation) -> list[str]:
    """The names in the address that the operation reads."""
    models: list[Any] = list(operation.models)
    return sorted(name for m in models if m.__ninja_param_source__ == "query" for name in m.__ninja_flatten_map__)


def _check(request: HttpRequest, names: list[str]) -> None:
    for name, values in request.GET.lists():
        if name not in names:
            allowed = f"allowed: {', '.join(names)}" if names else "there are none here"
            raise Invalid("query", name[:80].replace("\x00", "�"), f"is not known; {allowed}")
        if len(values) > 1:
            raise Invalid("query", name, f"is given {len(values)} times; once is allowed")
