"""The door leads to whoever is there."""

from __future__ import annotations

import socket
import threading

import pytest
from proof.door import Door

from entrepot.demo.ports import free_port


@pytest.fixture
def server():
    """Answers each connection with its own name, once."""
    opened = []

    def serve(name):
        listener = socket.create_server(("127.0.0.1", 0))
        opened.append(listener)

        def answer():
            while True:
                try:
                    caller, _ = listener.accept()
                except OSError:
                    return
                with caller:
                    caller.recv(10)
                    caller.sendall(name)

        threading.Thread(target=answer, daemon=True).start()
        return listener.getsockname()[1]

    yield serve
    for listener in opened:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def asked(door):
    with socket.create_connection(("127.0.0.1", door.port), timeout=5) as caller:
        caller.sendall(b"who?")
        return caller.recv(10)


def test_they_take_turns(server):
    with Door([server(b"one"), server(b"two")]) as door:
        assert {asked(door) for _ in range(4)} == {b"one", b"two"}


def test_the_dead_are_passed_over(server):
    with Door([free_port(), server(b"two")]) as door:
        assert [asked(door) for _ in range(3)] == [b"two"] * 3


def test_where_nobody_is_the_caller_is_cut_off():
    with Door([free_port()]) as door:
        assert asked(door) == b""
