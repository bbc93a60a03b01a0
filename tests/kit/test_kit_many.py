"""Many records in one call: each with its own outcome, nothing sent twice, nothing concluded from half an answer."""

from __future__ import annotations

from dataclasses import replace

import bazaria
import pytest

from entrepot.core.errors import (
    MappingError,
    OutcomeUnknown,
    RemoteBusy,
    RemoteChanged,
    RemoteRefused,
    RemoteUnauthorised,
)
from entrepot.kit.find import find_many
from entrepot.kit.many import send_many
from entrepot.kit.requests import Account, Reply, Request
from entrepot.kit.spec import Call, Find, Many

ACCOUNT = Account("https://api.bazaria.example")


def build(account, number):
    if number < 0:
        raise MappingError(f"order {number}", "lines", "are missing")
    return Request("POST", "/one", body=[number], endpoint="one", is_safe=False)


def build_many(account, numbers):
    return Request(
        "POST", "/many", body=[build(account, n).body[0] for n in numbers], endpoint="many", is_safe=False
    )  # fmt: skip


def read_many(account, numbers, reply):
    return [RemoteRefused(f"no {n}") if made == "no" else made for n, made in zip(numbers, reply.body, strict=False)]


CALL = Call(
    build=build,
    read=lambda account, number, reply: reply.body[0],
    find=(
        Find(
            first=lambda account, number: Request("GET", f"/since/{number}", {"page": "1"}, endpoint="search"),
            first_of=lambda account, numbers: Request(
                "GET", f"/since/{min(numbers)}", {"page": "1"}, endpoint="search"
            ),
            page=lambda account, asked, reply: (reply.body, None),
            match=lambda account, number, raw: f"found {number}" if raw == number else None,
        ),
    ),
    many=Many(most=10, build=build_many, read=read_many),
)
SPEC = replace(bazaria.SPEC, can={"push_order": CALL})


class Remote:
    """Makes orders, but refuses any request that holds a guilty one."""

    def __init__(self, *guilty, error=lambda: RemoteRefused("not this", status=400)):
        self.guilty, self.error, self.sent, self.made = set(guilty), error, [], []

    def __call__(self, request):
        self.sent.append(request.body)
        if self.guilty & set(request.body):
            raise self.error()
        self.made += request.body
        return Reply(201, [f"made {n}" for n in request.body])


def sent(remote, numbers):
    return send_many(SPEC, "push_order", ACCOUNT, numbers, remote)


def test_all_go_in_one_request_and_one_alone_goes_the_single_way():
    remote = Remote()

    assert sent(remote, [1, 2, 3]) == ["made 1", "made 2", "made 3"]
    assert sent(remote, [4]) == ["made 4"]
    assert remote.sent == [[1, 2, 3], [4]]


def test_a_refused_request_is_halved_until_the_guilty_stands_alone():
    remote = Remote(3)

    found = sent(remote, [1, 2, 3, 4, 5])

    assert [str(f) for f in found] == ["made 1", "made 2", "not this", "made 4", "made 5"]
    assert sorted(remote.made) == [1, 2, 4, 5]  # each once


def test_one_that_cannot_be_said_does_not_keep_the_others():
    found = sent(Remote(), [1, -2, 3])

    assert [found[0], found[2]] == ["made 1", "made 3"]
    assert isinstance(found[1], MappingError)


@pytest.mark.parametrize("error", [OutcomeUnknown("cut"), RemoteBusy("429"), RemoteUnauthorised("who are you")])
def test_what_says_nothing_of_one_record_says_it_of_all_and_nothing_is_sent_again(error):
    def cut():
        raise error

    remote = Remote(2, error=lambda: error)

    assert sent(remote, [1, 2, 3]) == [error] * 3
    assert remote.sent == [[1, 2, 3]]


@pytest.mark.parametrize("body", [["made 1"], None, 7])
def test_an_answer_that_does_not_fit_leaves_everything_open(body):
    found = send_many(SPEC, "push_order", ACCOUNT, [1, 2], lambda request: Reply(200, body))

    assert [type(f) for f in found] == [OutcomeUnknown] * 2


def test_a_refusal_of_one_is_its_own():
    found = send_many(SPEC, "push_order", ACCOUNT, [1, 2], lambda request: Reply(200, ["made 1", "no"]))

    assert found[0] == "made 1"
    assert (type(found[1]), str(found[1])) == (RemoteRefused, "no 2")


def test_many_are_searched_for_with_one_question_from_the_oldest_on():
    asked = []

    def send(request):
        asked.append(request.path)
        return Reply(200, [5, 9, 3])

    assert find_many(SPEC, "push_order", ACCOUNT, [9, 4, 3], send) == ["found 9", None, "found 3"]
    assert asked == ["/since/3"]


def test_a_search_that_fails_says_nothing_of_any():
    def send(request):
        raise RemoteChanged("no page")

    with pytest.raises(RemoteChanged):
        find_many(SPEC, "push_order", ACCOUNT, [9, 4], send)


def test_where_a_question_is_about_one_it_is_asked_for_each():
    (question,) = CALL.find
    spec = replace(SPEC, can={"push_order": replace(CALL, find=(replace(question, first_of=None),))})
    asked = []

    def send(request):
        asked.append(request.path)
        return Reply(200, [9])

    assert find_many(spec, "push_order", ACCOUNT, [9, 4], send) == ["found 9", None]
    assert asked == ["/since/9", "/since/4"]
