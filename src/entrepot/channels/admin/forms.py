"""What is asked for when an account is connected: each connector says it in its spec."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from entrepot.accounts.admin import seller_field
from entrepot.channels import services
from entrepot.channels.models import Channel
from entrepot.kit.registry import connector, connectors
from entrepot.kit.spec import Credential, Spec
from entrepot.web.admin import Button


def _secret(credential: Credential) -> forms.Field:
    widget = forms.PasswordInput(attrs={"autocomplete": "off"}) if credential.is_secret else forms.TextInput()
    return forms.CharField(widget=widget, label=_said(credential.label), help_text=_said(credential.help), strip=True)


def _said(text: str) -> Any:
    """A text of a connector's spec in the reader's language; ``tools/messages.py`` collects them from the specs."""
    return gettext_lazy(text) if text else ""  # the empty message is the catalogue's own head


def _connect_fields(spec: Spec) -> Any:
    def fields(request: HttpRequest, row: Any) -> dict[str, forms.Field]:
        return {
            **seller_field(request),
            "name": forms.CharField(max_length=120, initial=spec.label, label=gettext_lazy("Name")),
            "base_url": forms.URLField(
                initial=spec.default_base_url,
                required=not spec.default_base_url,
                label=gettext_lazy("Address"),
                assume_scheme="https",
            ),
            "account_ref": forms.CharField(
                max_length=80, required=bool(spec.account_is), label=gettext_lazy("Their number of the account")
            ),
            **{f"secret__{c.name}": _secret(c) for c in spec.credentials},
        }

    return fields


def _connect(spec: Spec) -> Any:
    def connect(*, seller_id: int, name: str, base_url: str, account_ref: str, at: Any, **secrets: str) -> Channel:
        """A draft of this connector; what to do next is on its page."""
        return services.add_channel(
            seller_id=seller_id, slug=spec.slug, name=name, base_url=base_url, account_ref=account_ref,
            secrets={n.removeprefix("secret__"): value for n, value in secrets.items()}, at=at,
        )  # fmt: skip

    return connect


def connect_buttons() -> list[Button]:
    """One button a connector."""
    return [
        Button(
            name=f"connect-{spec.slug}",
            label=format_lazy(gettext_lazy("Connect {remote}"), remote=spec.label),
            call=_connect(spec),
            on="list",
            ask=_connect_fields(spec),
            tone="main",
        )
        for spec in connectors().values()
    ]


def secret_fields(request: HttpRequest, row: Channel | None) -> dict[str, forms.Field]:
    """The credentials of the row's connector. Present ones are never shown."""
    return {c.name: _secret(c) for c in connector(row.connector).credentials} if row else {}


def setting_fields(request: HttpRequest, row: Channel | None) -> dict[str, forms.Field]:
    """The settings of the row's connector that have a list of values, or are plain text."""
    if row is None:
        return {}
    asked: dict[str, forms.Field] = {}
    for s in connector(row.connector).settings:
        name, initial = s.name.replace(".", "__"), row.settings.get(s.name, s.default)
        if s.allowed:
            words = {str(v): v for v in s.allowed}
            asked[name] = forms.TypedChoiceField(
                choices=[(w, w) for w in words], coerce=words.__getitem__, initial=str(initial), label=_said(s.label)
            )
        elif isinstance(s.default, bool):
            asked[name] = forms.BooleanField(required=False, initial=bool(initial), label=_said(s.label))
        elif isinstance(s.default, str):
            asked[name] = forms.CharField(required=False, initial=initial, label=_said(s.label))
    return asked


def storefront_fields(request: HttpRequest, row: Channel | None) -> dict[str, forms.Field]:
    """The country windows that the row's connector declares."""
    known = connector(row.connector).storefronts if row else ()
    choices = [(s.code, f"{s.code} · {s.country} · {s.currency}") for s in known]
    return {"code": forms.ChoiceField(choices=choices, label=gettext_lazy("Storefront"))}
