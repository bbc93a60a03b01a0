"""Sellers and people: who may be made, and whom each stands for."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from entrepot.accounts.models import Seller, User
from entrepot.accounts.queries import seller_by_code, sellers
from entrepot.accounts.services import actor_of, create_seller, create_user, set_seller_active
from entrepot.core.errors import Invalid

pytestmark = pytest.mark.django_db
PASSWORD = "a glass of tea at five"


def test_a_sellers_person_stands_for_that_seller_only(aydin):
    user = create_user(username="deniz", password=PASSWORD, role="manager", seller_id=aydin.id)

    actor = actor_of(user)

    assert (actor.name, actor.role, actor.seller_ids) == ("deniz", "manager", frozenset({aydin.id}))
    assert user.check_password(PASSWORD)
    assert not user.is_superuser


def test_an_operator_stands_for_all_sellers():
    actor = actor_of(create_user(username="root", password=PASSWORD, role="operator"))

    assert actor.seller_ids is None
    assert actor.can_write


def test_nobody_is_nobody(aydin):
    user = create_user(username="deniz", password=PASSWORD, role="clerk", seller_id=aydin.id)
    gone = User(username="gone", role="operator", is_active=False)

    assert actor_of(AnonymousUser()) is None
    assert actor_of(gone) is None
    assert actor_of(user) is not None
    set_seller_active(seller_id=aydin.id, is_active=False)
    assert actor_of(User.objects.get(id=user.id)) is None


@pytest.mark.parametrize(
    ("role", "has_seller", "password"),
    [("boss", True, PASSWORD), ("operator", True, PASSWORD), ("owner", False, PASSWORD), ("owner", True, "1234")],
)
def test_a_person_that_makes_no_sense_is_refused(aydin, role, has_seller, password):
    with pytest.raises(Invalid):
        create_user(username="x", password=password, role=role, seller_id=aydin.id if has_seller else None)
    assert User.objects.count() == 0


def test_the_database_refuses_a_role_that_does_not_fit(aydin):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username="x", role="operator", seller=aydin)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username="y", role="clerk", seller=None)


def test_a_name_is_taken_once(aydin):
    create_user(username="deniz", password=PASSWORD, role="owner", seller_id=aydin.id)

    with pytest.raises(Invalid, match="taken"):
        create_user(username="deniz", password=PASSWORD, role="owner", seller_id=aydin.id)
    with pytest.raises(Invalid, match="taken"):
        create_seller(code="aydin", name="Another")


@pytest.mark.parametrize(
    ("code", "name"), [("", "x"), ("Aydin", "x"), ("a b", "x"), ("ş", "x"), ("a" * 41, "x"), ("ok", "  ")]
)
def test_a_seller_needs_a_plain_code_and_a_name(code, name):
    with pytest.raises(Invalid):
        create_seller(code=code, name=name)


def test_sellers_are_found_by_code_and_the_closed_ones_only_when_asked_for(aydin, borealis):
    set_seller_active(seller_id=borealis.id, is_active=False)

    assert seller_by_code(code="aydin") == aydin
    assert sellers() == [aydin]
    assert [s.code for s in sellers(active_only=False)] == ["aydin", "borealis"]
    with pytest.raises(Seller.DoesNotExist):
        seller_by_code(code="nobody")
    with pytest.raises(Seller.DoesNotExist):
        set_seller_active(seller_id=-1, is_active=True)
