"""Sellers, the people who act for them, and the keys of programs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin import display, register
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entrepot.web.admin import OWNERS, Button, OwnChoices, Page, actor_of, chip, scoped, yes_no

from . import services
from .models import ROLE_CHOICES, ApiKey, Seller, User

OPERATORS = frozenset({"operator"})


def seller_field(request: HttpRequest, *, required: bool = True) -> dict[str, forms.Field]:
    """The choice of a seller, for operators only: everybody else has one."""
    actor = actor_of(request)
    if actor.seller_ids is not None:
        return {}
    choices = [(s.pk, s.name) for s in scoped(Seller.objects.filter(is_active=True), actor, "id").order_by("name")]
    first = [] if required else [("", gettext_lazy("– the operator –"))]
    return {
        "seller_id": forms.TypedChoiceField(
            choices=[*first, *choices], coerce=int, empty_value=None, required=required, label=gettext_lazy("Seller")
        )
    }


def _roles(request: HttpRequest) -> list[tuple[str, str]]:
    return [r for r in ROLE_CHOICES if r[0] != "operator" or actor_of(request).seller_ids is None]


def _password_field() -> forms.Field:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(widget=widget, label=gettext_lazy("Password"), strip=False)


def _role_field(request: HttpRequest, row: User | None) -> dict[str, forms.Field]:
    roles = [r for r in ROLE_CHOICES if r[0] != "operator"]
    return {"role": forms.ChoiceField(choices=roles, label=gettext_lazy("Role"), initial=row.role if row else "clerk")}


def _user_fields(request: HttpRequest, row: Any) -> dict[str, forms.Field]:
    return {
        **seller_field(request, required=False),
        "username": forms.CharField(max_length=150, label=gettext_lazy("Name to log in with")),
        "email": forms.EmailField(required=False, label=gettext_lazy("E-mail")),
        "role": forms.ChoiceField(choices=_roles(request), label=gettext_lazy("Role"), initial="clerk"),
        "password": _password_field(),
    }


def _key_fields(request: HttpRequest, row: Any) -> dict[str, forms.Field]:
    return {
        **seller_field(request, required=False),
        "name": forms.CharField(max_length=100, label=gettext_lazy("What the key is for")),
        "role": forms.ChoiceField(choices=_roles(request), label=gettext_lazy("Role"), initial="clerk"),
        "scopes": forms.CharField(
            required=False,
            label=gettext_lazy("Scopes"),
            help_text=gettext_lazy(
                "Such as orders:read or *:write, separated by spaces; empty: all that the role allows."
            ),
        ),
    }


def create_key(*, seller_id: int | None, name: str, role: str, scopes: str) -> tuple[ApiKey, str]:
    """As the service, with the scopes in one text."""
    return services.create_api_key(name=name, seller_id=seller_id, role=role, scopes=scopes.split())


def _shown_once(answer: tuple[ApiKey, str]) -> str:
    return _("The key is shown this once: %(text)s") % {"text": answer[1]}


@register(Seller)
class SellerPage(Page):
    seller_path = "id"
    list_display = ["name", "code", "is_active_chip", "created_at"]
    search_fields = ["name", "code"]
    ordering = ["name"]
    list_filter = ["is_active"]
    buttons = [
        Button(
            name="add", label=gettext_lazy("Add a seller"), call=services.create_seller, on="list", roles=OPERATORS,
            tone="main",
            ask={"name": forms.CharField(max_length=200, label=gettext_lazy("Name")),
                 "code": forms.CharField(max_length=40, label=gettext_lazy("Code"),
                                         help_text=gettext_lazy("Lower-case letters, digits, - and _."))},
        ),
        Button(
            name="close", label=gettext_lazy("Close the door"), call=services.set_seller_active, subject="seller_id",
            fixed={"is_active": False}, when=lambda s: s.is_active, roles=OPERATORS, tone="danger",
            confirm=gettext_lazy("Its people and keys are refused at once, until the door is opened again."),
        ),
        Button(
            name="open", label=gettext_lazy("Open the door"), call=services.set_seller_active, subject="seller_id",
            fixed={"is_active": True}, when=lambda s: not s.is_active, roles=OPERATORS,
        ),
    ]  # fmt: skip

    @display(description=gettext_lazy("active"), ordering="is_active")
    def is_active_chip(self, row: Seller) -> SafeString:
        return yes_no(row.is_active)


@register(User)
class UserPage(Page):
    list_display = ["username", "seller", "role", "email", "is_active", "last_login"]
    list_filter = [("seller", OwnChoices), "role", "is_active"]
    list_select_related = ["seller"]
    search_fields = ["username", "email", "first_name", "last_name"]
    ordering = ["username"]
    concealed = ["password", "is_superuser", "is_staff"]
    fields = [
        "username",
        "seller",
        "role",
        "email",
        "first_name",
        "last_name",
        "is_active",
        "last_login",
        "date_joined",
    ]
    buttons = [
        Button(
            name="add",
            label=gettext_lazy("Add a person"),
            call=services.create_user,
            on="list",
            roles=OWNERS,
            tone="main",
            ask=_user_fields,
        ),
        Button(
            name="password",
            label=gettext_lazy("New password"),
            call=services.reset_password,
            subject="user_id",
            roles=OWNERS,
            ask=lambda _request, _row: {"password": _password_field()},
            help=gettext_lazy("Every session of this person ends. Everybody changes their own at the top right."),
        ),
        Button(
            name="unlock",
            label=gettext_lazy("Lift the lock-out"),
            call=services.unlock_user,
            subject="user_id",
            roles=OWNERS,
            help=gettext_lazy("After too many wrong passwords a name has to wait at that address; this ends the wait."),
        ),
        Button(
            name="role",
            label=gettext_lazy("Change the role"),
            call=services.change_role,
            subject="user_id",
            roles=OWNERS,
            when=lambda u: u.seller_id is not None,
            ask=_role_field,
        ),
        Button(
            name="deactivate",
            label=gettext_lazy("Shut out"),
            call=services.set_user_active,
            subject="user_id",
            fixed={"is_active": False},
            when=lambda u: u.is_active,
            roles=OWNERS,
            tone="danger",
            confirm=gettext_lazy("This person is refused at once, until somebody lets them in again."),
        ),
        Button(
            name="reactivate",
            label=gettext_lazy("Let in again"),
            call=services.set_user_active,
            subject="user_id",
            fixed={"is_active": True},
            when=lambda u: not u.is_active,
            roles=OWNERS,
        ),
    ]


@register(ApiKey)
class ApiKeyPage(Page):
    list_display = ["name", "prefix", "seller", "role", "state_of_key", "scopes_shown", "last_used_at", "created_at"]
    list_filter = [("seller", OwnChoices), "role"]
    list_select_related = ["seller"]
    search_fields = ["name", "prefix"]
    concealed = ["hash"]
    buttons = [
        Button(
            name="add", label=gettext_lazy("Make a key"), call=create_key, on="list", roles=OWNERS, tone="main",
            ask=_key_fields, shows=_shown_once,
        ),
        Button(
            name="revoke", label=gettext_lazy("Revoke"), call=services.revoke_api_key, subject="key_id", roles=OWNERS,
            tone="danger", when=lambda k: k.revoked_at is None,
            confirm=gettext_lazy(
                "Programs that use this key are refused at once, and for good: a key never comes back."
            ),
        ),
    ]  # fmt: skip

    @display(description=gettext_lazy("state"), ordering="revoked_at")
    def state_of_key(self, row: ApiKey) -> SafeString:
        return chip("calm", _("revoked")) if row.revoked_at else chip("good", _("valid"))

    @display(description=gettext_lazy("scopes"))
    def scopes_shown(self, row: ApiKey) -> str:
        return ", ".join(row.scopes) or _("all of the role")
