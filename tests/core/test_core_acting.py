"""Who acts is who came in by the door, for as long as the door is open, and nobody in a thread beside it."""

from __future__ import annotations

import threading

import pytest

from entrepot.core.acting import acting, who_acts


def test_nobody_acts_until_somebody_comes_in_and_after_they_have_left():
    assert who_acts() == ""
    with acting("ayse"):
        assert who_acts() == "ayse"
        with acting("key 0123456789"):
            assert who_acts() == "key 0123456789"
        assert who_acts() == "ayse"
    assert who_acts() == ""


def test_who_fails_has_left_too():
    with pytest.raises(ValueError, match="no tea"), acting("ayse"):
        raise ValueError("no tea")

    assert who_acts() == ""


def test_a_thread_that_was_started_meanwhile_is_nobodys():
    seen = []

    with acting("ayse"):
        thread = threading.Thread(target=lambda: seen.append(who_acts()))
        thread.start()
        thread.join()

    assert seen == [""]
