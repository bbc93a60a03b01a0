"""What an owner changes about the people of a seller, and that no seller is left without one."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from entrepot.accounts.models import User
from entrepot.accounts.services import actor_of, change_role, create_user, reset_password, set_user_active
from entrepot.core.errors import Invalid, Refused

pytestmark = pytest.mark.django_db
PASSWORD, ANOTHER = "a glass of tea at five", "two cups of coffee at ten"


@pytest.fixture(autouse=True)
def _quick(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def person(name, role, seller=None):
    return create_user(username=name, password=PASSWORD, role=role, seller_id=seller and seller.id)


@pytest.fixture
def owner(aydin):
    return person("ayse", "owner", aydin)


@pytest.fixture
def clerk(aydin):
    return person("kemal", "clerk", aydin)


def test_an_owner_gives_a_new_password_and_sessions_end_by_it(client, owner, clerk):
    client.force_login(clerk)
    assert client.get("/panel/").status_code == 200

    reset_password(who=actor_of(owner), user_id=clerk.id, password=ANOTHER)

    clerk.refresh_from_db()
    assert clerk.check_password(ANOTHER)
    assert client.get("/panel/").status_code == 302
    with pytest.raises(Invalid, match="password"):
        reset_password(who=actor_of(owner), user_id=clerk.id, password="kemal")


def test_who_is_shut_out_is_nobody_until_let_in_again(owner, clerk):
    set_user_active(who=actor_of(owner), user_id=clerk.id, is_active=False)
    clerk.refresh_from_db()
    assert actor_of(clerk) is None

    set_user_active(who=actor_of(owner), user_id=clerk.id, is_active=True)
    clerk.refresh_from_db()
    assert actor_of(clerk).role == "clerk"


def test_the_last_owner_is_neither_shut_out_nor_made_a_clerk(aydin, owner):
    who = actor_of(owner)
    for change in (
        lambda: set_user_active(who=who, user_id=owner.id, is_active=False),
        lambda: change_role(who=who, user_id=owner.id, role="clerk"),
    ):
        with pytest.raises(Refused, match="last active owner"):
            change()

    other = person("leyla", "owner", aydin)
    set_user_active(who=who, user_id=owner.id, is_active=False)
    with pytest.raises(Refused, match="last active owner"):  # the one who was shut out does not count
        change_role(who=actor_of(other), user_id=other.id, role="manager")


def test_the_last_operator_stays():
    root = person("root", "operator")

    with pytest.raises(Refused, match="last active operator"):
        set_user_active(who=actor_of(root), user_id=root.id, is_active=False)
    person("olga", "operator")
    assert not set_user_active(who=actor_of(root), user_id=root.id, is_active=False).is_active


@pytest.mark.parametrize("role", ["manager", "clerk"])
def test_only_owners_and_the_operator_change_people(aydin, owner, clerk, role):
    who = actor_of(person("mehmet", role, aydin))

    for change in (
        lambda: reset_password(who=who, user_id=owner.id, password=ANOTHER),
        lambda: set_user_active(who=who, user_id=clerk.id, is_active=False),
        lambda: change_role(who=who, user_id=clerk.id, role="owner"),
    ):
        with pytest.raises(PermissionDenied):
            change()


def test_people_of_another_seller_and_of_the_operator_do_not_exist(borealis, owner, clerk):
    root, them = person("root", "operator"), actor_of(person("bjorn", "owner", borealis))

    for user in (clerk, root):
        with pytest.raises(User.DoesNotExist):
            set_user_active(who=them, user_id=user.id, is_active=False)
    assert not set_user_active(who=actor_of(root), user_id=clerk.id, is_active=False).is_active


@pytest.mark.parametrize(("role", "why"), [("boss", "is not one of"), ("operator", "operators have no seller")])
def test_a_role_that_does_not_fit_is_refused(owner, clerk, role, why):
    with pytest.raises(Invalid, match=why):
        change_role(who=actor_of(owner), user_id=clerk.id, role=role)


def test_everybody_changes_their_own_password_with_the_old_one(client, clerk):
    client.force_login(clerk)
    form = {"new_password1": ANOTHER, "new_password2": ANOTHER}

    wrong = client.post("/panel/password_change/", {"old_password": "wrong", **form})
    right = client.post("/panel/password_change/", {"old_password": PASSWORD, **form})

    assert (wrong.status_code, right.status_code) == (200, 302)
    clerk.refresh_from_db()
    assert clerk.check_password(ANOTHER)
    assert client.get("/panel/").status_code == 200  # this session goes on
