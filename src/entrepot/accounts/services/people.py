"""Sellers and the people who act for them."""

from __future__ import annotations

import re

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from entrepot.accounts.models import Seller, User
from entrepot.core.actor import ROLES
from entrepot.core.errors import Invalid

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def create_seller(*, code: str, name: str) -> Seller:
    """A new customer.

    Raises:
        Invalid: the code is taken, or is not lower-case letters, digits, ``-`` and ``_``.
    """
    if not _CODE.fullmatch(code):
        raise Invalid(f"seller {code!r}", "code", "must be 1 to 40 lower-case letters, digits, - and _")
    if not name.strip():
        raise Invalid(f"seller {code!r}", "name", "is empty")
    try:
        with transaction.atomic():
            return Seller.objects.create(code=code, name=name.strip())
    except IntegrityError:
        raise Invalid(f"seller {code!r}", "code", "is taken") from None


def create_user(*, username: str, password: str, role: str, seller_id: int | None = None, email: str = "") -> User:
    """A person who may log in to the panel; operators get the superuser's rights.

    Raises:
        Invalid: the name is taken, the password is weak, or the role does not fit the seller.
    """
    if role not in ROLES:
        raise Invalid(f"user {username!r}", "role", f"is not one of {', '.join(ROLES)}")
    if (role == "operator") != (seller_id is None):
        raise Invalid(f"user {username!r}", "seller", "must be set for every role but operator")
    user = User(
        username=username, email=email, role=role, seller_id=seller_id, is_staff=True, is_superuser=role == "operator"
    )
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(f"user {username!r}", "password", " ".join(error.messages)) from None
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise Invalid(f"user {username!r}", "username", "is taken") from None
    return user


def set_seller_active(*, seller_id: int, is_active: bool) -> None:
    """Close a seller's door (its people and keys are refused at once), or open it again."""
    if not Seller.objects.filter(id=seller_id).update(is_active=is_active):
        raise Seller.DoesNotExist(f"seller {seller_id} does not exist")
