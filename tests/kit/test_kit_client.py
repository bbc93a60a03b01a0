"""The client against a small server on this machine."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import bazaria
import pytest

from entrepot.core.errors import (
    OutcomeUnknown,
    RemoteBusy,
    RemoteChanged,
    RemoteRefused,
    RemoteUnauthorised,
)
from entrepot.kit.client import Client, http_client
from entrepot.kit.ports import MemoryBreaker, MemoryBudget, MemoryCalls, MemoryTokens
from entrepot.kit.requests import Account, Request
from entrepot.kit.spec import Limit

ASK = Request("GET", "/things", {"page": "1"}, endpoint="things.list")
WRITE = Request("POST", "/things", body={"price": Decimal("12.90")}, endpoint="things.make", is_safe=False)
TOKEN = "s3cr3t-token"


class Server:
    """Answers from a list: (status, headers, body), or ``None`` to hang up without a word."""

    def __init__(self):
        self.answers, self.seen = [], []
        self.piece, self.pause_s = 0, 0.0  # answers trickle so many bytes at a time

    @contextmanager
    def running(self):
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _any(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                outer.seen.append((self.command, self.path, dict(self.headers), body))
                answer = outer.answers.pop(0) if outer.answers else (200, {}, "{}")
                if answer is None:
                    self.close_connection = True
                    return
                status, headers, text = answer
                raw = text.encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(raw)))
                self.end_headers()
                for i in range(0, len(raw), outer.piece or len(raw) or 1):
                    with suppress(OSError):  # the caller may have had enough
                        self.wfile.write(raw[i : i + (outer.piece or len(raw))])
                        time.sleep(outer.pause_s)

            do_GET = do_POST = do_PUT = _any

            def log_message(self, *args):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def client(server):
    with server.running() as url, http_client(timeout_s=5) as http:
        yield Client(
            spec=bazaria.SPEC, account=Account(url, "7"), tokens=MemoryTokens({"token": TOKEN}), budget=MemoryBudget(),
            calls=MemoryCalls(), breaker=MemoryBreaker(), http=http, base_wait_s=0.001, sleep=lambda _: None,
        )  # fmt: skip


def outcomes(client):
    return [(call.status, call.outcome, call.attempt) for call in client.calls.calls]


def test_an_answer_is_parsed_without_a_float(client, server):
    server.answers = [(200, {"X-Total": "3"}, '{"price":19.915966,"n":3}')]

    reply = client.send(ASK)

    assert reply.body == {"price": Decimal("19.915966"), "n": 3}
    assert reply.headers["x-total"] == "3"
    method, path, headers, _ = server.seen[0]
    assert (method, path, headers["Authorization"]) == ("GET", "/things?page=1", f"Bearer {TOKEN}")


def test_what_is_unsigned_carries_no_credentials(client, server):
    client.send(replace(ASK, is_signed=False))

    assert "Authorization" not in server.seen[0][2]


def test_a_decimal_is_sent_as_the_number_it_is(client, server):
    client.send(WRITE)

    assert json.loads(server.seen[0][3], parse_float=Decimal) == {"price": Decimal("12.9")}
    assert server.seen[0][2]["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "broken", [(500, {}, "oops"), (503, {}, "<html>down</html>"), None, (200, {}, "<html>wait</html>")]
)
def test_a_safe_request_is_tried_again(client, server, broken):
    server.answers = [broken, broken, (200, {}, '{"ok":true}')]

    assert client.send(ASK).body == {"ok": True}
    assert [attempt for _, _, attempt in outcomes(client)] == [1, 2, 3]


def test_a_safe_request_gives_up_after_its_tries(client, server):
    server.answers = [(500, {}, "")] * 9

    with pytest.raises(RemoteBusy) as caught:
        client.send(ASK)

    assert not isinstance(caught.value, OutcomeUnknown)
    assert len(server.seen) == client.tries


@pytest.mark.parametrize("broken", [(500, {}, "oops"), None, (200, {}, "<!doctype html><HTML>wait</HTML>")])
def test_an_unsafe_request_is_sent_once_and_its_outcome_unknown(client, server, broken):
    server.answers = [broken]

    with pytest.raises(OutcomeUnknown):
        client.send(WRITE)

    assert len(server.seen) == 1
    assert outcomes(client)[0][1] == "unknown"


def test_an_unsafe_request_that_never_left_may_be_sent_again(client):
    nowhere = replace(client.account, base_url="http://127.0.0.1:1")  # nothing listens there
    client.account = nowhere

    with pytest.raises(RemoteBusy) as caught:
        client.send(WRITE)

    assert not isinstance(caught.value, OutcomeUnknown)


def test_too_many_requests_says_when_to_come_back_and_is_not_tried_now(client, server):
    server.answers = [(429, {"Retry-After": "17"}, "")]

    with pytest.raises(RemoteBusy) as caught:
        client.send(ASK)

    assert (caught.value.status, caught.value.retry_after_s) == (429, 17)
    assert len(server.seen) == 1


def test_a_long_retry_after_parks_the_row(client, server):
    server.answers = [(503, {"Retry-After": "120"}, "")]

    with pytest.raises(RemoteBusy) as caught:
        client.send(ASK)

    assert caught.value.retry_after_s == 120
    assert len(server.seen) == 1


def test_a_short_retry_after_is_waited_for(client, server):
    slept = []
    client.sleep = slept.append
    server.answers = [(503, {"Retry-After": "2"}, ""), (200, {}, "{}")]

    client.send(ASK)

    assert slept[0] >= 2


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, RemoteRefused), (404, RemoteRefused), (401, RemoteUnauthorised), (403, RemoteUnauthorised)],
)
def test_a_refusal_carries_the_remotes_own_words(client, server, status, error):
    server.answers = [(status, {}, '{"error":"barcode is not yours"}')]

    with pytest.raises(error, match="barcode is not yours") as caught:
        client.send(WRITE)

    assert caught.value.status == status
    assert caught.value.body == {"error": "barcode is not yours"}


def test_a_redirect_is_not_followed_with_the_credentials(client, server):
    server.answers = [(302, {"Location": "https://elsewhere.example/"}, "")]

    with pytest.raises(RemoteChanged, match="redirects"):
        client.send(ASK)

    assert len(server.seen) == 1


def test_a_refusal_may_be_classified_by_the_connector(client, server):
    client.spec = replace(
        bazaria.SPEC, classify=lambda request, status, body: RemoteBusy("later") if status == 409 else None
    )
    server.answers = [(409, {}, "{}"), (200, {}, "{}")]

    assert client.send(ASK).status == 200


def test_each_call_that_was_made_is_said_to_be_over(client, server):
    taken, over = [], []

    class Told(MemoryBudget):
        def take(self, allowances, at_s):
            taken.append(at_s)
            return super().take(allowances, at_s)

        def answered(self, allowances, at_s, until_s):
            over.append(at_s)
            assert allowances
            assert until_s >= at_s

    client.budget = Told()
    client.spec = replace(bazaria.SPEC, limits=(Limit(count=2, per_s=60, source="docs"),))
    server.answers = [(200, {}, "{}"), (400, {}, "{}")]
    client.send(ASK)
    with pytest.raises(RemoteRefused):
        client.send(ASK)
    with pytest.raises(RemoteBusy, match="budget"):
        client.send(ASK)

    assert over == taken[:2]  # the third was not made


def test_a_spent_budget_sends_nothing_and_says_when(client, server):
    client.spec = replace(bazaria.SPEC, limits=(Limit(count=2, per_s=60, source="docs"),))
    client.send(ASK)
    client.send(ASK)

    with pytest.raises(RemoteBusy, match="budget") as caught:
        client.send(ASK)

    assert 0 < caught.value.retry_after_s <= 60
    assert len(server.seen) == 2


def test_a_limit_of_each_endpoint_counts_them_apart(client, server):
    client.spec = replace(bazaria.SPEC, limits=(Limit(count=1, per_s=60, each_endpoint=True, source="docs"),))

    client.send(ASK)
    client.send(replace(ASK, endpoint="others.list"))
    with pytest.raises(RemoteBusy, match=r"things\.list"):
        client.send(ASK)


def test_a_remote_that_is_down_is_left_alone_for_a_while(client, server):
    client.breaker = MemoryBreaker(after=2, open_s=30)
    client.tries = 1
    server.answers = [(500, {}, "")] * 2

    for _ in range(2):
        with pytest.raises(RemoteBusy):
            client.send(ASK)
    with pytest.raises(RemoteBusy, match="does not answer"):
        client.send(ASK)

    assert len(server.seen) == 2
    assert client.breaker.wait_s(time.time() + 31) is None


def test_an_open_transaction_refuses_the_call(client, server):
    def guard():
        raise AssertionError("inside a transaction")

    client.guard = guard

    with pytest.raises(AssertionError):
        client.send(ASK)
    assert server.seen == []


def test_the_log_holds_neither_secrets_nor_buyers(client, server):
    server.answers = [
        (400, {}, json.dumps({"error": f"token {TOKEN} is bad", "email": "a@example.com", "city": "Köln"}))
    ]

    with pytest.raises(RemoteRefused):
        client.send(replace(WRITE, body={"firstName": "Jana", "note": TOKEN, "sku": "TEA-250"}))

    (call,) = client.calls.calls
    assert call.request_body == {"firstName": "•••", "note": "•••", "sku": "TEA-250"}
    assert call.response_body == {"error": "token ••• is bad", "email": "•••", "city": "Köln"}
    assert TOKEN not in call.error
    assert (call.status, call.outcome, call.endpoint) == (400, "refused", "things.make")
    assert call.sent_bytes > 0
    assert call.received_bytes > 0


@pytest.mark.parametrize(("request_", "error"), [(ASK, RemoteChanged), (WRITE, OutcomeUnknown)], ids=["read", "write"])
def test_an_answer_that_does_not_end_is_cut(client, server, request_, error):
    server.answers = [(200, {}, '{"a": "' + "x" * 5000 + '"}')]

    with pytest.raises(error, match="larger than 1000 bytes"):
        replace(client, most_bytes=1000).send(request_)


@pytest.mark.parametrize(("request_", "error"), [(ASK, RemoteBusy), (WRITE, OutcomeUnknown)], ids=["read", "write"])
def test_an_answer_that_trickles_is_no_answer(client, server, request_, error):
    """Each piece comes in time; all of it would not."""
    server.answers, server.piece, server.pause_s = [(200, {}, '{"a": "0123456789"}')], 1, 0.1
    with http_client(timeout_s=0.5) as http, pytest.raises(error, match="no answer"):
        replace(client, http=http, tries=1).send(request_)


def test_the_log_keeps_no_text_without_fields_and_no_document_about_a_buyer(client, server):
    name = "Ömer Ağaoğlu, Iğdır Sk. 3"
    server.answers = [(200, {}, f"^XA^FD{name}^XZ"), (200, {}, json.dumps({"data": [{"label": f"^XA{name}"}]}))]

    client.send(ASK)
    client.send(replace(ASK, is_kept=False))

    assert [r.response_body for r in client.calls.calls] == [f"no JSON, {len(name) + 9} characters", None]
