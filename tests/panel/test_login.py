"""The login of the panel under somebody who guesses."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse

from entrepot.accounts.models import Tries

from .conftest import PASSWORD
from .test_pages import address

LOGIN, GUESS = reverse("admin:login"), "guessed-secret-1"


def log_in(name, password, *, at="203.0.113.7", language="en"):
    return Client(REMOTE_ADDR=at, HTTP_ACCEPT_LANGUAGE=language).post(LOGIN, {"username": name, "password": password})


@pytest.mark.parametrize("name", ["ayse", "nobody"])
def test_after_five_wrong_passwords_a_name_waits_whether_it_exists_or_not(people, name):
    wrong = [log_in(name, GUESS) for _ in range(5)]
    sixth, right = log_in(name, GUESS), log_in(name, PASSWORD)

    assert {a.status_code for a in wrong} == {200}
    for shut in (sixth, right):
        assert (shut.status_code, 890 <= int(shut["Retry-After"]) <= 900) == (429, True)
        assert "You can try again in 15 min." in shut.content.decode()
        assert "_auth_user_id" not in shut.client.session
    assert "15 dk sonra yeniden deneyebilirsiniz" in log_in(name, GUESS, language="tr").content.decode()


def test_others_are_not_concerned_and_time_lifts_it(people):
    for _ in range(6):
        log_in("ayse", GUESS)

    assert log_in("kemal", PASSWORD).status_code == 302
    assert log_in("ayse", PASSWORD, at="198.51.100.9").status_code == 302
    assert log_in("ayse", PASSWORD).status_code == 429
    Tries.objects.update(last_at=F("last_at") - timedelta(minutes=15))
    assert log_in("ayse", PASSWORD).status_code == 302


def test_a_right_password_sets_the_count_back(people):
    for _ in range(2):
        assert [log_in("ayse", GUESS).status_code for _ in range(4)] == [200] * 4
        assert log_in("ayse", PASSWORD).status_code == 302


def test_an_owner_lifts_it_with_a_button(people):
    from entrepot.accounts.models import User

    for _ in range(6):
        log_in("kemal", GUESS)
    kemal = User.objects.get(username="kemal")
    press = address("accounts.user", "press", kemal.pk, "unlock")

    assert people.clerk.post(press).status_code in (403, 404)
    assert log_in("kemal", PASSWORD).status_code == 429
    assert people.aydin.post(press).status_code == 302
    assert log_in("kemal", PASSWORD).status_code == 302


def test_behind_a_proxy_the_caller_counts_and_not_the_proxy(people, settings):
    settings.ENTREPOT_PROXY_HOPS = 1

    def through(told):
        client = Client(REMOTE_ADDR="10.0.0.2", HTTP_X_FORWARDED_FOR=told)
        return client.post(LOGIN, {"username": "ayse", "password": GUESS})

    for n in range(6):
        shut = through(f"192.0.2.{n}, 203.0.113.7")  # what stands left is the caller's own invention

    assert shut.status_code == 429
    assert through("198.51.100.9").status_code == 200


def test_nothing_of_the_password_is_logged_or_kept(people, caplog):
    with caplog.at_level(logging.DEBUG):
        for _ in range(6):
            page = log_in("ayse", GUESS)

    assert GUESS not in caplog.text
    assert GUESS not in page.content.decode()
    assert not [v for row in Tries.objects.values_list() for v in row if "ayse" in str(v) or GUESS in str(v)]
