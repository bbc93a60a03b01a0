"""API keys open what they were made for, and nothing else."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from entrepot.accounts.models import ApiKey
from entrepot.accounts.services import (
    authenticate_key,
    create_api_key,
    make_key,
    revoke_api_key,
    set_seller_active,
)
from entrepot.core.actor import Actor
from entrepot.core.errors import Invalid

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_key_opens_its_seller_with_its_scopes(aydin):
    row, text = create_api_key(name="erp", seller_id=aydin.id, role="manager", scopes=["orders:read"])

    actor = authenticate_key(text, at=AT)

    assert actor.seller_ids == frozenset({aydin.id})
    assert actor.may("orders", "read")
    assert not actor.may("orders", "write")
    assert not actor.may("listings", "read")
    assert ApiKey.objects.get(id=row.id).last_used_at == AT


def test_only_the_hash_of_the_secret_is_kept(aydin):
    row, text = create_api_key(name="erp", seller_id=aydin.id, role="manager")

    secret = text.removeprefix(f"en_{row.prefix}_")
    kept = ApiKey.objects.filter(id=row.id).values_list()[0]

    assert row.hash == hashlib.sha256(secret.encode()).hexdigest()
    assert not [v for v in kept if secret in str(v)]
    assert secret not in repr(row)


def test_a_key_is_made_by_an_owner_and_opens_no_more_than_who_made_it(aydin):
    ours = frozenset({aydin.id})
    given = {"seller_id": aydin.id, "name": "erp", "role": "clerk"}

    for who in (Actor("m", "manager", ours), Actor("k", "owner", ours, frozenset({"orders:write"}))):
        with pytest.raises(PermissionDenied):
            make_key(who=who, **given)
    made, _ = make_key(who=Actor("k", "owner", ours, frozenset({"orders:write"})), scopes=["orders:read"], **given)
    whole, _ = make_key(who=Actor("o", "owner", ours), **given)

    assert (made.scopes, whole.scopes) == (["orders:read"], [])


@pytest.mark.parametrize("wrong", ["", "en_", "Bearer x", "en_0123456789_" + "a" * 43])
def test_what_is_no_key_opens_nothing(db, wrong):
    assert authenticate_key(wrong, at=AT) is None


def test_one_letter_off_opens_nothing(aydin):
    _, text = create_api_key(name="erp", seller_id=aydin.id, role="manager")

    assert authenticate_key(text[:-1] + ("A" if text[-1] != "A" else "B"), at=AT) is None
    assert authenticate_key(text, at=AT) is not None


def test_a_key_ends_at_its_time_when_revoked_and_with_its_seller(aydin):
    _, ending = create_api_key(name="short", seller_id=aydin.id, role="owner", expires_at=AT)
    revoked, taken_back = create_api_key(name="lost", seller_id=aydin.id, role="owner")
    _, kept = create_api_key(name="kept", seller_id=aydin.id, role="owner")

    assert authenticate_key(ending, at=AT - timedelta(seconds=1)) is not None
    assert authenticate_key(ending, at=AT) is None

    assert authenticate_key(taken_back, at=AT) is not None
    assert revoke_api_key(key_id=revoked.id, at=AT)
    assert authenticate_key(taken_back, at=AT) is None
    assert not revoke_api_key(key_id=revoked.id, at=AT)

    assert authenticate_key(kept, at=AT) is not None
    set_seller_active(seller_id=aydin.id, is_active=False)
    assert authenticate_key(kept, at=AT) is None


@pytest.mark.parametrize(
    ("role", "has_seller", "scopes"),
    [
        ("boss", True, []),
        ("operator", True, []),
        ("owner", False, []),
        ("owner", True, ["orders"]),
        ("owner", True, ["orders:burn"]),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(aydin, role, has_seller, scopes):
    with pytest.raises(Invalid):
        create_api_key(name="erp", seller_id=aydin.id if has_seller else None, role=role, scopes=scopes)
