"""The login of the panel: as Django's, with a wait after too many wrong passwords."""

from __future__ import annotations

import math
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from unfold.forms import AuthenticationForm

from entrepot.accounts.services import TooManyTries, begin_login, end_login
from entrepot.core.clock import now
from entrepot.web.caller import caller_address


class LoginForm(AuthenticationForm):
    """Refuses to look at a password while its name waits at this address; says the same whether the name exists."""

    wait_s = 0

    def clean(self) -> dict[str, Any]:
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not (name and password):
            return super().clean()
        address = caller_address(self.request)
        try:
            begin_login(name=name, address=address, at=now())
        except TooManyTries as many:
            self.wait_s = many.wait_s
            told = _("Too many wrong tries. You can try again in %(minutes)s min.")
            raise ValidationError(told % {"minutes": math.ceil(many.wait_s / 60)}, code="too_many") from None
        cleaned: dict[str, Any] = super().clean()
        end_login(name=name, address=address)
        return cleaned
