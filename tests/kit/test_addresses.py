"""Where no remote may be: as text, as what a name leads to, and after a redirect."""

from __future__ import annotations

import ast
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import bazaria
import httpx
import pytest

import entrepot
from entrepot.core.errors import RemoteChanged, RemoteRefused
from entrepot.kit.addresses import AddressRefused, GuardedTransport, why_not_address, why_not_url
from entrepot.kit.client import Client, http_client
from entrepot.kit.ports import MemoryBreaker, MemoryBudget, MemoryCalls, MemoryTokens
from entrepot.kit.requests import Account, Request

ASK = Request("GET", "/things", endpoint="things.list")
SOURCE = Path(entrepot.__file__).parent

# Source: IANA's special-purpose address registries for IPv4 and IPv6.
OURS = ["127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "::1", "fd00::1", "fec0::1"]
NOBODYS = ["0.0.0.0", "::", "224.0.0.1", "239.1.1.1", "ff02::1", "240.0.0.1", "255.255.255.255"]  # noqa: S104 - nobody listens
METADATA = ["169.254.169.254", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "100.100.100.200"]
WRAPPED = ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"]
PUBLIC = ["1.1.1.1", "151.101.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]


@pytest.mark.parametrize("address", [*OURS, *NOBODYS, *METADATA, *WRAPPED])
def test_an_address_inside_is_refused_and_a_url_with_it(address):
    host = f"[{address}]" if ":" in address else address

    assert why_not_address(address, private_allowed=False) is not None
    assert why_not_url(f"https://{host}:8443/shop", private_allowed=False) is not None


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_not(address):
    assert why_not_address(address, private_allowed=False) is None


def test_where_private_remotes_are_allowed_metadata_and_nobodys_addresses_are_not():
    assert [a for a in OURS if why_not_address(a, private_allowed=True)] == []
    assert [a for a in (*NOBODYS, *METADATA) if not why_not_address(a, private_allowed=True)] == []
    assert why_not_address("::ffff:169.254.169.254", private_allowed=True) is not None


@pytest.mark.parametrize(
    "url",
    [
        "http://2130706433/", "http://0x7f000001/", "http://0X7F.1/", "http://0177.0.0.1/", "http://127.1/",
        "http://localhost:8000", "http://localhost./", "http://a.localhost", "http://printer.local",
        "http://metadata.google.internal/", "http://[::ffff:127.0.0.1]/", "http://[0:0:0:0:0:ffff:7f00:1]/",
    ],
)  # fmt: skip
def test_this_machine_is_known_however_it_is_written(url):
    assert why_not_url(url, private_allowed=False) is not None


@pytest.mark.parametrize("is_allowed", [False, True])
@pytest.mark.parametrize(
    "url",
    [
        "ftp://shop.example/", "file:///etc/passwd", "gopher://shop.example", "//shop.example", "shop.example", "", "http://",
        "https://shop.example/?to=", "https://shop.example/#", "https://shop.example/a b", "https://shop.example\\x",
        "https://shop.example:99999", "https://[::1", "https://shop.example/\r\nX: 1",
    ],
)  # fmt: skip
def test_what_is_no_base_address_is_refused_everywhere(url, is_allowed):
    assert why_not_url(url, private_allowed=is_allowed) is not None


@pytest.mark.parametrize(
    "url", ["https://ali:s3cret@shop.example", "https://s3cret@shop.example", "http://x\\@127.0.0.1"]
)
def test_credentials_in_an_address_are_refused_and_not_repeated(url):
    why = why_not_url(url, private_allowed=True)

    assert "credentials" in why
    assert "s3cret" not in why


@pytest.mark.parametrize("url", ["https://shop.example", "http://shop.example:8080/magaza/", "https://çay.example/wp"])
def test_an_address_of_the_web_is_taken(url):
    assert why_not_url(url, private_allowed=False) is None


@contextmanager
def answering(status=200, **headers):
    """A server on this machine; yields its port and the paths that it was asked for."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port, seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def names(monkeypatch, **known):
    """A name server of our own; what was looked up in it."""
    real, asked = socket.getaddrinfo, []

    def look_up(host, port, *args, **more):
        if host.replace(".example", "") not in known:
            return real(host, port, *args, **more)
        asked.append(host)
        found = known[host.replace(".example", "")]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


def client(http, url, calls=None):
    return Client(
        spec=bazaria.SPEC, account=Account(url, account_ref="77"), tokens=MemoryTokens({"token": "s3cr3t-token"}),
        budget=MemoryBudget(), calls=calls or MemoryCalls(), breaker=MemoryBreaker(), http=http, tries=1,
    )  # fmt: skip


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "shop.example"])
def test_no_connection_is_made_inside_whatever_the_name(monkeypatch, host):
    names(monkeypatch, shop=["127.0.0.1"])
    calls = MemoryCalls()

    with answering() as (port, seen), http_client(timeout_s=5, private_allowed=False) as http:
        with pytest.raises(RemoteRefused, match=r"base_url .* leads to .*this machine itself") as refused:
            client(http, f"http://{host}:{port}", calls).send(ASK)
        assert seen == []
    assert "s3cr3t-token" not in str(refused.value)
    assert [c.outcome for c in calls.calls] == ["refused"]


def test_the_same_call_is_made_where_it_is_allowed(monkeypatch):
    asked = names(monkeypatch, shop=["127.0.0.1"])

    with answering() as (port, seen), http_client(timeout_s=5, private_allowed=True) as http:
        assert client(http, f"http://shop.example:{port}").send(ASK).status == 200

    assert seen == ["/things"]
    assert asked == ["shop.example"]  # once: the address that was checked is the one that is called


def test_one_address_inside_among_others_is_enough(monkeypatch):
    names(monkeypatch, shop=["1.1.1.1", "127.0.0.1"])
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("called"))

    with http_client(timeout_s=5, private_allowed=False) as http, pytest.raises(RemoteRefused, match=r"127\.0\.0\.1"):
        client(http, "http://shop.example").send(ASK)


def test_the_next_address_is_tried_when_the_first_does_not_answer(monkeypatch):
    with answering() as (port, seen), http_client(timeout_s=5, private_allowed=True) as http:
        names(monkeypatch, shop=["127.0.0.2", "127.0.0.1"])  # the server listens on the second only
        assert client(http, f"http://shop.example:{port}").send(ASK).status == 200
    assert seen == ["/things"]


def test_a_redirect_is_not_followed():
    with (
        answering(200) as (inside, seen_inside),
        answering(302, location=f"http://127.0.0.1:{inside}/secret") as (port, seen),
        http_client(timeout_s=5, private_allowed=True) as http,
        pytest.raises(RemoteChanged, match="redirects"),
    ):
        client(http, f"http://127.0.0.1:{port}").send(ASK)

    assert (seen, seen_inside) == (["/things"], [])


def test_a_client_that_did_follow_would_be_stopped_at_the_connection():
    transport = GuardedTransport(limits=httpx.Limits(), private_allowed=True)
    with (
        answering(302, location="http://169.254.169.254/latest/meta-data/") as (port, seen),
        httpx.Client(transport=transport, follow_redirects=True) as http,
        pytest.raises(AddressRefused),
    ):
        http.get(f"http://127.0.0.1:{port}/")
    assert seen == ["/"]


def test_nothing_else_of_the_hub_opens_connections():
    """Beside the kit's client and its guard only the sandbox and the demo, which are for one's own machine."""
    ways = {"httpx", "httpcore", "requests", "aiohttp", "urllib3", "urllib.request", "http.client"}
    found = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and not getattr(node, "level", 0)
        and ways & ({a.name for a in node.names} | {getattr(node, "module", None) or ""})
    }

    outside = {path for path in found if not path.startswith(("sandbox/", "demo/"))}
    assert outside == {"kit/addresses.py", "kit/client.py", "channels/services/client.py"}  # the last for a type
