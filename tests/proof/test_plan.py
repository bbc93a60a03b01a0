"""The plan comes from the seed alone, and holds everything that has to happen."""

from __future__ import annotations

from itertools import pairwise

from proof.counters import HAPPENED, ZEROS, Finding, Verdict
from proof.hub import processes
from proof.people import People
from proof.plan import ACTS, VICTIMS, acts, kills


def test_the_same_seed_makes_the_same_plan_and_another_one_another():
    plan = [acts(seed=s, seconds=60, per_second=2) + kills(seed=s, seconds=60, every_s=(2, 6)) for s in (7, 7, 8)]

    assert plan[0] == plan[1]
    assert plan[0] != plan[2]
    assert plan[0][3].source().random() == plan[1][3].source().random()


def test_everybody_is_killed_and_everything_is_done_where_there_is_time():
    for transport, victims in VICTIMS.items():
        killed = {step.name for step in kills(seed=1, seconds=60, every_s=(2, 6), transport=transport)}
        assert killed == set(victims)
    assert {step.name for step in acts(seed=1, seconds=60, per_second=2)} == set(ACTS)


def test_whoever_is_killed_runs():
    there = {"postgres", "backend", "kafka"}

    for transport, victims in VICTIMS.items():
        running = {process.name for process in processes([1, 2], transport)}
        assert set(victims) - there == running


def test_kills_are_as_far_apart_as_asked_and_end_in_time():
    times = [step.at_s for step in kills(seed=3, seconds=60, every_s=(2, 6))]

    assert all(2 <= later - earlier <= 6 for earlier, later in pairwise(times))
    assert max(times) < 60


def test_people_can_do_whatever_is_planned():
    assert [name for name in ACTS if not callable(getattr(People, name, None))] == []


def test_a_verdict_holds_only_with_every_zero_and_everything_bad_happened():
    verdict = Verdict(happened=dict.fromkeys(HAPPENED, 1))
    assert verdict.holds

    for name in HAPPENED:
        assert not Verdict(happened=dict.fromkeys(HAPPENED, 1) | {name: 0}).holds

    for name in ZEROS:
        wrong = Verdict(happened=dict.fromkeys(HAPPENED, 1))
        wrong.count([Finding(name, "planted")])
        assert not wrong.holds
        assert wrong.as_dict()["zeros"][name] == 1
