"""The broker comes again after each kill, and is started by one thread, with which it would end."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from proof.broker import KeptBroker
from tools.kafka import broker as tools


class Broker:
    """Comes up when it is let; ``told`` is what was done to it."""

    def __init__(self, _: Any) -> None:
        self.servers, self.jvm = "127.0.0.1:1", self
        self.let, self.told, self.starters = threading.Event(), list[str](), set[int]()
        self.let.set()

    def start(self) -> None:
        self.let.wait(10)
        self.starters.add(threading.get_ident())
        self.told.append("start")

    def end(self, number: int) -> None:
        self.told.append(f"end {number}")

    def require_alive(self) -> None:
        if self.told[-1:] == ["broken"]:
            raise RuntimeError("it ended")


@pytest.fixture
def kept(monkeypatch, tmp_path):
    monkeypatch.setattr(tools, "missing", lambda: "")
    monkeypatch.setattr(tools, "Broker", Broker)
    return KeptBroker(tmp_path / "kafka")


def test_it_comes_again_after_a_kill_by_the_same_thread(kept):
    with kept as found:
        assert found.kill()
        found.require_alive()
        assert found.kill()
        found.require_alive()

    assert found._broker.told == ["start", "end 9", "start", "end 9", "start", "end 9"]
    assert len(found._broker.starters) == 1


def test_it_is_not_killed_again_before_it_is_there(kept):
    with kept as found:
        found._broker.let.clear()

        assert found.kill()
        assert not found.kill()

        found._broker.let.set()
        found.require_alive()


def test_one_that_does_not_stay_is_told_of(kept):
    with kept as found:
        found._broker.told.append("broken")

        with pytest.raises(RuntimeError, match="it ended"):
            found.require_alive()


def test_where_java_is_missing_the_proof_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(tools, "missing", lambda: "not installed: java")

    with pytest.raises(SystemExit, match="not installed: java"):
        KeptBroker(tmp_path / "kafka")
