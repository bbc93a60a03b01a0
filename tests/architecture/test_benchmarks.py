"""What a benchmark tells has one form, and every benchmark can be called by its name."""

from __future__ import annotations

import importlib
import json
import sys
import time

import pytest


@pytest.fixture(scope="module")
def benchmarks(repository):
    sys.path.insert(0, str(repository))
    yield lambda name: importlib.import_module(f"benchmarks.{name}")
    sys.path.remove(str(repository))


def test_a_line_has_exactly_the_promised_keys(benchmarks):
    figures = benchmarks("figures")
    figure = figures.Figure(
        id="tea", work="cups", unit="cups/s", ours=33.333, floor=100.0, rss_mib=12.345, cpu_s=1.0, runs=3
    )

    told = json.loads(figures.lines([figure]))

    wanted = "id work unit ours floor peer ratio_to_floor ratio_to_peer rss_mib cpu_s runs"
    assert list(told) == wanted.split()
    assert (told["ours"], told["ratio_to_floor"]) == (33.3, 0.333)
    assert (told["peer"], told["ratio_to_peer"]) == (None, None)


def test_a_peer_is_compared_when_there_is_one(benchmarks):
    figures = benchmarks("figures")
    figure = figures.Figure(
        id="tea", work="cups", unit="cups/s", ours=50.0, floor=100.0, peer=25.0, rss_mib=1.0, cpu_s=1.0, runs=1
    )

    assert figure.as_dict()["ratio_to_peer"] == 2.0
    assert figures.table([figure]).splitlines()[0].split()[:3] == ["id", "ours", "floor"]


def test_a_rate_is_of_the_median_run(benchmarks):
    watch = benchmarks("figures").Stopwatch()
    watch.seconds = [1.0, 9.0, 2.0]

    assert watch.per_second(10) == 5.0

    with watch.run():
        time.sleep(0.01)
    assert 0.01 <= watch.seconds[-1] < 5


def test_every_benchmark_has_a_measure(benchmarks):
    names = benchmarks("__main__").NAMES

    assert {
        "first-listing",
        "merge",
        "pull",
        "orders",
        "levels",
        "catalogue",
        "events",
        "reservations",
        "kafka-relay",
        "kafka-consumer",
        "webhooks",
        "small",
    } == set(names)
    assert all(callable(benchmarks(name.replace("-", "_")).measure) for name in names)


def test_generated_goods_have_good_codes(benchmarks):
    from stdnum import ean

    pull = benchmarks("pull")

    assert all(ean.is_valid(pull.gtin(n)) for n in (1, 2, 10, 1999))
    assert not ean.is_valid(pull.gtin(1)[:-1] + str((int(pull.gtin(1)[-1]) + 1) % 10))
