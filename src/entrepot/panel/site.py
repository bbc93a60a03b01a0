"""The one site. What is registered on it is one of our pages, or it is left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import Model
from django.db.models.base import ModelBase
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.utils.functional import cached_property
from unfold.dataclasses import Favicon
from unfold.sites import UnfoldAdminSite

from entrepot.web.admin import More, Page

from .login import LoginForm


class PanelSite(UnfoldAdminSite):
    """Who is logged in as somebody that accounts knows gets in; roles and sellers are the pages' business."""

    login_form = LoginForm

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """As Django's; who has to wait gets 429 with the time."""
        answer = super().login(request, extra_context)
        if wait_s := getattr((getattr(answer, "context_data", None) or {}).get("form"), "wait_s", 0):
            answer.status_code = 429
            answer["Retry-After"] = str(wait_s)
        return answer

    @cached_property
    def more(self) -> dict[str, More]:
        """What layers above hang on pages; read when the first page is drawn, after every page was registered."""
        from .wiring import MORE

        return MORE

    def register(
        self, model_or_iterable: type[Model] | Iterable[type[Model]], admin_class: type[ModelAdmin[Any]] | None = None,
        **options: Any,
    ) -> None:  # fmt: skip
        """Register a page. Admin classes of other packages know nothing of sellers and roles: they are left out."""
        if admin_class is not None and issubclass(admin_class, Page):
            super().register(model_or_iterable, admin_class, **options)

    def unregister(self, model_or_iterable: type[Model] | Iterable[type[Model]]) -> None:
        """As Django's; what was left out is unregistered already."""
        models = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else list(model_or_iterable)  # type: ignore[arg-type]
        super().unregister([m for m in models if self.is_registered(m)])  # type: ignore[arg-type]

    def has_permission(self, request: HttpRequest) -> bool:
        return getattr(request, "actor", None) is not None

    def extra_context(self, context: dict[str, Any], request: HttpRequest) -> dict[str, Any]:  # noqa: ARG002 - Unfold's
        """Our own style sheet and script beside Unfold's."""
        context["styles"] = [*context["styles"], static("panel/panel.css")]
        context["scripts"] = [*context["scripts"], static("panel/panel.js")]
        context["site_favicons"] = [Favicon(href=static("panel/icon.svg"), rel="icon", type="image/svg+xml")]
        return context
