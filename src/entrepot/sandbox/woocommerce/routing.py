"""Routes of the REST API: a pattern, methods, and a function that answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .errors import WooError, no_route
from .params import Query


@dataclass(slots=True)
class Call:
    """One request as the routes see it. ``url`` is without the query; ``body`` is the JSON object or the form."""

    method: str
    path: str
    url: str
    query: dict[str, Any]
    headers: dict[str, str]
    body: dict[str, Any] = field(default_factory=dict)
    form: dict[str, Any] = field(default_factory=dict)
    is_tls: bool = False
    raw_query: str = ""
    strikes: Callable[[str], bool] = lambda _: False  # whether a dial of misbehaviour hits this call

    def asked(self) -> Query:
        """Typed access to the query."""
        return Query(self.query)

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean from query or body."""
        value = self.query.get(name, self.body.get(name, default))
        return value is True or str(value).lower() in {"true", "1"}


@dataclass(slots=True)
class Reply:
    """An answer; ``body`` is JSON-shaped."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[..., Reply]
WRITES = {"POST": "create", "PUT": "edit", "PATCH": "edit", "DELETE": "delete"}
IDS = re.compile(r"\{(\w+)\}")


@dataclass(slots=True)
class Route:
    """``verb`` names the permission error of an unknown caller; ``is_public`` routes ask for none."""

    methods: frozenset[str]
    pattern: re.Pattern[str]
    answer: Handler
    is_public: bool = False
    is_collection: bool = False
    is_on: Callable[[], bool] | None = None  # a plugin's route exists only while the plugin is on


class Router:
    """Routes in order of registration; ``{id}`` in a path is a whole number, ``{slug}`` is a word."""

    def __init__(self) -> None:
        self.routes: list[Route] = []
        self.paths: list[str] = []

    def add(
        self,
        methods: str,
        path: str,
        answer: Handler,
        *,
        is_public: bool = False,
        is_on: Callable[[], bool] | None = None,
    ) -> None:
        """``methods`` are separated by blanks. The function gets the call and the parts of the path by name."""
        pattern = IDS.sub(_group, path)
        is_collection = not path.endswith("}")
        route = Route(frozenset(methods.split()), re.compile(f"^{pattern}/?$"), answer, is_public, is_collection, is_on)
        self.routes.append(route)
        self.paths.append(path)

    def find(self, method: str, path: str) -> tuple[Route, dict[str, Any]]:
        """The route and its path parameters.

        Raises:
            WooError: 404 ``rest_no_route``.
        """
        wanted = "GET" if method == "HEAD" else method
        for route in self.routes:
            match = route.pattern.match(path)
            if match and (wanted in route.methods or wanted == "OPTIONS") and (route.is_on is None or route.is_on()):
                parts = match.groupdict().items()
                return route, {n: v if n.endswith("slug") else int(v) for n, v in parts}
        raise no_route()


def _group(match: re.Match[str]) -> str:
    name = match[1]
    return f"(?P<{name}>" + (r"[\w-]+" if name.endswith("slug") else r"\d+") + ")"


def must_be_known(route: Route, method: str) -> WooError:
    """The refusal of a caller without usable credentials."""
    if method in {"GET", "HEAD"}:
        verb, text = (
            "view",
            "Sorry, you cannot list resources." if route.is_collection else ("Sorry, you cannot view this resource."),
        )
    else:
        verb = "create" if method == "POST" and route.is_collection else WRITES.get(method, "edit")
        text = (
            "Sorry, you are not allowed to create resources."
            if verb == "create"
            else (f"Sorry, you are not allowed to {verb} this resource.")
        )
    return WooError(f"woocommerce_rest_cannot_{verb}", text, 401)
