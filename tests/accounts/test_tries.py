"""Wrong passwords and keys make a name or an address wait: for how long, who else, and what lifts it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, connections

from entrepot.accounts.models import Tries, User
from entrepot.accounts.services import (
    TooManyTries,
    actor_of,
    authenticate_key,
    begin_login,
    create_api_key,
    create_user,
    end_login,
    forget_address,
    forget_old_tries,
    reset_password,
    revoke_api_key,
    unlock_user,
)
from entrepot.accounts.tasks import drop_old_tries

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
WAIT = timedelta(minutes=15)
HOME, OFFICE = "203.0.113.7", "198.51.100.9"
PASSWORD = "a glass of tea at five"
WRONG = "en_0123456789_" + "a" * 43


def wrong_times(count, *, name="ayse", address=HOME, at=AT):
    for _ in range(count):
        begin_login(name=name, address=address, at=at)


@pytest.mark.django_db
def test_the_sixth_try_waits_from_the_fifth_on_and_time_lifts_it():
    wrong_times(5)

    for asked_at in (AT, AT + timedelta(minutes=5)):  # asking meanwhile makes it no longer
        with pytest.raises(TooManyTries):
            begin_login(name="ayse", address=HOME, at=asked_at)
    with pytest.raises(TooManyTries, match="wait 1 s") as last:
        begin_login(name="ayse", address=HOME, at=AT + WAIT - timedelta(seconds=1))
    assert last.value.wait_s == 1
    begin_login(name="ayse", address=HOME, at=AT + WAIT)
    wrong_times(4, at=AT + WAIT)  # and counts from one again


@pytest.mark.django_db
def test_another_name_and_another_address_go_on():
    wrong_times(5)

    begin_login(name="kemal", address=HOME, at=AT)
    begin_login(name="ayse", address=OFFICE, at=AT)
    with pytest.raises(TooManyTries):
        begin_login(name="AYSE", address=HOME, at=AT)  # the same name to whoever guesses


@pytest.mark.django_db
def test_a_right_password_starts_the_name_from_none_and_leaves_what_others_did_there():
    wrong_times(4)
    wrong_times(3, name="kemal")

    begin_login(name="ayse", address=HOME, at=AT)
    end_login(name="ayse", address=HOME)

    assert sorted(Tries.objects.values_list("count", flat=True)) == [3, 7]  # kemal's, and the address's wrong ones
    wrong_times(5)


@pytest.mark.django_db
def test_many_names_from_one_address_wait_together(settings):
    settings.ENTREPOT_ADDRESS_TRIES = 10
    for n in range(10):
        begin_login(name=f"name{n}", address=HOME, at=AT)

    with pytest.raises(TooManyTries):
        begin_login(name="name10", address=HOME, at=AT)
    begin_login(name="name10", address=OFFICE, at=AT)
    assert Tries.objects.filter(address=HOME).count() == 11  # what was refused leaves no row


@pytest.mark.django_db
def test_no_limit_counts_nothing(settings):
    settings.ENTREPOT_LOGIN_TRIES = settings.ENTREPOT_ADDRESS_TRIES = 0

    wrong_times(20)

    assert not Tries.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_no_more_tries_than_one_after_another():
    taken, refused = [], []

    def guess():
        try:
            for _ in range(5):
                try:
                    begin_login(name="ayse", address=HOME, at=AT)
                    taken.append(1)
                except TooManyTries:
                    refused.append(1)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=guess) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(taken), len(refused)) == (5, 15)


@pytest.mark.django_db
def test_owners_lift_the_lock_out_of_their_own_people_only(aydin, borealis):
    ayse = create_user(username="ayse", password=PASSWORD, role="owner", seller_id=aydin.id)
    kemal = create_user(username="kemal", password=PASSWORD, role="clerk", seller_id=aydin.id)
    bjorn = create_user(username="bjorn", password=PASSWORD, role="owner", seller_id=borealis.id)
    wrong_times(5, name="kemal")

    with pytest.raises(User.DoesNotExist):
        unlock_user(who=actor_of(bjorn), user_id=kemal.id)
    with pytest.raises(PermissionDenied):
        unlock_user(who=actor_of(kemal), user_id=kemal.id)
    assert unlock_user(who=actor_of(ayse), user_id=kemal.id) == 1

    wrong_times(5, name="kemal")
    reset_password(who=actor_of(ayse), user_id=kemal.id, password="another glass of tea")
    begin_login(name="kemal", address=HOME, at=AT)


@pytest.mark.django_db
def test_the_name_that_was_typed_is_not_kept():
    wrong_times(1, name=PASSWORD)  # typed into the wrong field

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, ' ') FROM accounts_tries t")
        assert PASSWORD not in cursor.fetchone()[0]


@pytest.mark.django_db
def test_too_many_wrong_keys_shut_their_address_also_for_a_good_one(aydin):
    _, good = create_api_key(name="erp", seller_id=aydin.id, role="manager")
    for _ in range(30):
        assert authenticate_key(WRONG, address=HOME, at=AT) is None

    for text in (WRONG, "nonsense", good):
        with pytest.raises(TooManyTries, match="wait 60 s"):
            authenticate_key(text, address=HOME, at=AT)
    assert authenticate_key(good, address=OFFICE, at=AT) is not None
    assert authenticate_key(good, address=HOME, at=AT + timedelta(seconds=60)) is not None
    begin_login(name="ayse", address=HOME, at=AT)  # people there are not concerned
    assert forget_address(address=HOME) == 3
    assert authenticate_key(good, address=HOME, at=AT) is not None


@pytest.mark.django_db
def test_a_key_that_was_taken_back_is_no_guess_and_a_good_one_costs_no_more(aydin, django_assert_num_queries):
    row, text = create_api_key(name="erp", seller_id=aydin.id, role="manager")
    authenticate_key(text, address=HOME, at=AT)

    with django_assert_num_queries(2):  # the key with what was counted, and the time of its use
        assert authenticate_key(text, address=HOME, at=AT) is not None
    revoke_api_key(key_id=row.id, at=AT)
    for _ in range(40):
        assert authenticate_key(text, address=HOME, at=AT) is None


@pytest.mark.django_db
def test_counts_that_time_has_lifted_are_dropped():
    wrong_times(1)
    wrong_times(1, name="kemal", at=AT + timedelta(minutes=10))

    assert forget_old_tries(at=AT + WAIT) == 1  # the address was wrong later
    drop_old_tries(timestamp=0)
    assert not Tries.objects.exists()
