"""Who may read the API's document: whoever has a key, or is logged in to the panel."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from entrepot.web.problems import problem


def known_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorator: a stranger is sent to the panel's login, or refused with 401 where a program asks for the document."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if getattr(request, "actor", None) is not None:
            return view(request, *args, **kwargs)
        if request.path_info.endswith(".json"):
            answer = problem(401, detail="give a key, or log in to the panel")
            answer["WWW-Authenticate"] = "Bearer"
            return answer
        return redirect_to_login(request.get_full_path(), resolve_url("admin:login"))

    return wrapped
