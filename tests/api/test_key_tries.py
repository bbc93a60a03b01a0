"""Programs that send wrong keys."""

from __future__ import annotations

from entrepot.accounts import middleware


def test_too_many_wrong_keys_are_answered_with_the_time_to_wait(api, keys, settings):
    settings.ENTREPOT_KEY_TRIES = 3
    assert middleware.ActorMiddleware
    stranger = api("en_0123456789_" + "a" * 43)
    assert api(keys.aydin).get("/sellers").status_code == 200

    wrong = [stranger.get("/sellers").status_code for _ in range(3)]
    shut, good = stranger.get("/sellers"), api(keys.aydin).get("/sellers")

    assert wrong == [401, 401, 401]
    for answer in (shut, good):
        assert (answer.status_code, answer["Content-Type"]) == (429, "application/problem+json")
        assert 1 <= int(answer["Retry-After"]) <= 60
    assert api(None).get("/sellers").status_code == 401  # no key is no wrong key
