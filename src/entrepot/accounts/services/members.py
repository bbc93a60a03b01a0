"""What is changed about people who are there: passwords, roles, and whether they may come in at all."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from entrepot.accounts.models import User
from entrepot.core.actor import ROLES, Actor
from entrepot.core.errors import Invalid, Refused

from . import tries

_HEADS = ("operator", "owner")  # of the hub, and of a seller; neither may be without one


def reset_password(*, who: Actor, user_id: int, password: str) -> User:
    """Give a person a new password; every session of theirs ends by that, and so does a lock-out of their name.

    People change their own with the old one, in the panel.

    Raises:
        User.DoesNotExist: none that ``who`` may see.
        PermissionDenied: ``who`` is neither operator nor owner, or the person is the operator's.
        Invalid: the password is weak; says why.
    """
    with transaction.atomic():
        user = _held(who, user_id)
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise Invalid(f"user {user.username!r}", "password", " ".join(error.messages)) from None
        user.set_password(password)
        user.save(update_fields=["password"])
        tries.forget_name(name=user.username)
    return user


def unlock_user(*, who: Actor, user_id: int) -> int:
    """Lift the lock-out that wrong passwords brought on a person's name, at every address; how many there were.

    Raises:
        User.DoesNotExist: none that ``who`` may see.
        PermissionDenied: ``who`` is neither operator nor owner.
    """
    with transaction.atomic():
        return tries.forget_name(name=_held(who, user_id).username)


def set_user_active(*, who: Actor, user_id: int, is_active: bool) -> User:
    """Shut a person out (sessions end at once), or let them in again.

    Raises:
        User.DoesNotExist: none that ``who`` may see.
        PermissionDenied: ``who`` is neither operator nor owner.
        Refused: the last active owner of a seller, or the last operator.
    """
    with transaction.atomic():
        user = _held(who, user_id)
        if user.is_active and not is_active:
            _keep_a_head(user)
        user.is_active = is_active
        user.save(update_fields=["is_active"])
    return user


def change_role(*, who: Actor, user_id: int, role: str) -> User:
    """Give a seller's person another role.

    Raises:
        User.DoesNotExist: none that ``who`` may see.
        PermissionDenied: ``who`` is neither operator nor owner.
        Invalid: an unknown role, or one that does not fit (operators have no seller, the others one).
        Refused: the last active owner of a seller.
    """
    with transaction.atomic():
        user = _held(who, user_id)
        if role not in ROLES:
            raise Invalid(f"user {user.username!r}", "role", f"is not one of {', '.join(ROLES)}")
        if (role == "operator") != (user.seller_id is None):
            raise Invalid(f"user {user.username!r}", "role", "operators have no seller, and everybody else has one")
        if role != user.role:
            _keep_a_head(user)
        user.role = role
        user.save(update_fields=["role"])
    return user


def _held(who: Actor, user_id: int) -> User:
    """The person, with all heads of the same seller locked: two who remove each other wait here."""
    rows = User.objects.all() if who.seller_ids is None else User.objects.filter(seller_id__in=who.seller_ids)
    user = rows.get(id=user_id)
    if who.role not in _HEADS:
        raise PermissionDenied("only an owner or the operator changes what people may do")
    heads = User.objects.filter(seller_id=user.seller_id, role__in=_HEADS).order_by("id")
    list(heads.select_for_update(no_key=True).values_list("id", flat=True))
    return User.objects.select_for_update(no_key=True).get(id=user.id)


def _keep_a_head(user: User) -> None:
    if user.role not in _HEADS or not user.is_active:
        return
    others = User.objects.filter(seller_id=user.seller_id, role=user.role, is_active=True).exclude(id=user.id)
    if not others.exists():
        raise Refused(f"user {user.username!r} is the last active {user.role}: make another one first")
