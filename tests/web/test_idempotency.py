"""A request repeated with its key is answered again, not done again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.http import HttpResponse, JsonResponse
from django.test import RequestFactory

from entrepot.core.actor import Actor
from entrepot.web.idempotency import answer_once, forget_old_answers
from entrepot.web.models import IdempotencyKey

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Till:
    """Counts what it was asked to do."""

    def __init__(self, status=201):
        self.times, self.status = 0, status

    def __call__(self):
        self.times += 1
        return JsonResponse({"charge": self.times}, status=self.status)


def ask(till, *, key="k1", body=b'{"amount": 5}', path="/api/charges", method="POST", actor="key a", at=AT):
    headers = {"HTTP_IDEMPOTENCY_KEY": key} if key is not None else {}
    request = RequestFactory().generic(method, path, body, "application/json", **headers)
    request.actor = Actor(actor, "manager", frozenset({1}))
    return answer_once(request, till, at=at)


def test_the_same_key_gets_the_same_answer_and_one_charge():
    till = Till()

    first, again = ask(till), ask(till)

    assert till.times == 1
    assert (again.status_code, again.content, again["Content-Type"]) == (201, first.content, "application/json")
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first


def test_what_is_shown_once_is_done_once_and_kept_nowhere():
    def once():
        answer = JsonResponse({"secret": "gizli"}, status=201)
        answer["Cache-Control"] = "no-store"
        return answer

    first, again = ask(once), ask(once)

    assert (first.status_code, again.status_code) == (201, 409)
    assert again["Content-Type"] == "application/problem+json"
    assert b"gizli" not in bytes(IdempotencyKey.objects.get().response)
    assert b"gizli" in first.content


def test_without_a_key_or_with_another_it_is_done_again():
    till = Till()

    ask(till, key=None)
    ask(till, key=None)
    ask(till)
    ask(till, key="k2")
    ask(till, actor="key b")

    assert till.times == 5


@pytest.mark.parametrize("changed", [{"body": b"{}"}, {"path": "/api/refunds"}, {"method": "PUT"}])
def test_a_key_used_for_something_else_is_refused(changed):
    till = Till()
    ask(till)

    answer = ask(till, **changed)

    assert (answer.status_code, till.times) == (422, 1)


def test_a_second_request_while_the_first_is_at_work_is_told_to_wait():
    answers = []

    def slow():
        answers.append(ask(Till()))
        return HttpResponse("done")

    assert ask(slow).content == b"done"
    assert answers[0].status_code == 409
    assert answers[0]["Retry-After"] == "1"


def test_a_request_whose_server_was_killed_can_be_tried_again_after_five_minutes():
    till = Till()
    ask(till)
    IdempotencyKey.objects.update(status=None)

    assert ask(till, at=AT + timedelta(minutes=5)).status_code == 409
    assert ask(till, at=AT + timedelta(minutes=5, seconds=1)).status_code == 201
    assert till.times == 2


def test_failures_of_ours_are_not_kept_but_refusals_are():
    broken, refusing = Till(status=500), Till(status=409)

    ask(broken)
    ask(broken)
    assert broken.times == 2

    ask(refusing, key="k2")
    assert ask(refusing, key="k2").status_code == 409
    assert refusing.times == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 415, 422])
def test_a_request_that_was_not_carried_out_leaves_its_key_to_a_corrected_one(status):
    refusing, till = Till(status=status), Till()

    assert ask(refusing).status_code == status
    assert ask(till, body=b'{"amount": 6}').status_code == 201
    assert ask(till, body=b'{"amount": 6}')["Idempotency-Replayed"] == "true"
    assert ask(till, body=b'{"amount": 7}').status_code == 422  # what was done binds it

    assert (refusing.times, till.times) == (1, 1)


def test_an_exception_frees_the_key():
    till = Till()

    with pytest.raises(ZeroDivisionError):
        ask(lambda: 1 / 0)

    assert ask(till).status_code == 201


def test_a_get_takes_no_notice_of_it():
    till = Till(200)

    ask(till, method="GET")
    ask(till, method="GET")

    assert till.times == 2
    assert IdempotencyKey.objects.count() == 0


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_that_cannot_be_kept_is_refused(key):
    assert ask(Till(), key=key).status_code == 422


def test_answers_are_forgotten_after_a_day():
    till = Till()
    ask(till)

    assert forget_old_answers(at=AT + timedelta(days=1)) == 0
    assert forget_old_answers(at=AT + timedelta(days=1, seconds=1)) == 1
    ask(till)
    assert till.times == 2
