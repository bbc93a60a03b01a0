"""A machine is a table: what it allows, how to get somewhere, and what is wrong with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.core.errors import IllegalMove
from entrepot.core.states import Machine

PACKAGE = Machine(
    "package",
    start="created",
    ends="delivered cancelled",
    moves=[
        ("pick", "created", "picking", "hub seller"),
        ("hand_over", "picking", "shipped", "hub carrier remote"),
        ("deliver", "shipped", "delivered", "carrier remote"),
        ("cancel", "created picking", "cancelled", "seller remote"),
    ],
)

states = st.sampled_from("abcdef")
tables = st.lists(
    st.tuples(st.sampled_from(["go", "turn", "stop"]), states, states, st.sampled_from(["hub", "seller", "hub seller"])),
    min_size=1, max_size=12,
)  # fmt: skip


def test_the_table_says_who_may_do_what():
    assert PACKAGE.target("created", "pick", "seller") == "picking"
    assert PACKAGE.allowed("picking", "seller") == ("cancel",)
    assert PACKAGE.allowed("picking", "remote") == ("hand_over", "cancel")
    assert PACKAGE.allowed("delivered", "remote") == ()
    assert PACKAGE.problems() == []


def test_a_refused_move_names_what_is_allowed():
    with pytest.raises(IllegalMove) as refused:
        PACKAGE.target("picking", "deliver", "remote")

    assert refused.value.allowed == ("hand_over", "cancel")
    assert str(refused.value) == "package is 'picking': cannot 'deliver'; allowed: hand_over, cancel"
    with pytest.raises(IllegalMove, match="allowed: nothing"):
        PACKAGE.target("delivered", "cancel", "seller")


def test_a_path_is_the_shortest_and_only_by_those_who_may():
    assert PACKAGE.path("created", "delivered") == ["pick", "hand_over", "deliver"]
    assert PACKAGE.path("picking", "delivered", actors="remote carrier") == ["hand_over", "deliver"]
    assert PACKAGE.path("created", "delivered", actors="remote carrier") is None  # nobody of them may pick
    assert PACKAGE.path("shipped", "shipped") == []
    assert PACKAGE.path("delivered", "created") is None


def test_a_bad_table_says_what_is_wrong():
    bad = Machine(
        "bad",
        start="a",
        ends="c",
        moves=[("go", "a", "b", "hub"), ("back", "c", "a", "hub"), ("lost", "x", "a", "hub"), ("go", "a", "b", "hub")],
    )

    assert sorted(bad.problems()) == [
        "('go', 'a', 'hub') appears twice",
        "b is a dead end but not listed in ends",
        "back leaves the end state c",
        "c cannot be reached",
        "x cannot be reached",
    ]


def test_check_and_diagram_come_from_the_table():
    assert PACKAGE.known() == {"state__in": ["cancelled", "created", "delivered", "picking", "shipped"]}
    assert "    created --> picking: pick" in PACKAGE.diagram().splitlines()
    assert "    delivered --> [*]" in PACKAGE.diagram().splitlines()


@given(tables, states, states)
def test_a_path_always_leads_where_it_says_and_is_no_longer_than_the_states(table, start, goal):
    machine = Machine("any", start="a", ends="", moves=table)

    path = machine.path(start, goal)

    if path is not None:
        assert walk_reaches(machine, start, path, goal)
        assert len(path) < max(2, len(machine.states | {start, goal}))


def walk_reaches(machine, start, events, goal):
    """Whether some choice of rows for these events leads from start to goal."""
    here = {start}
    for event in events:
        here = {m.target for m in machine.moves if m.event == event and m.sources & here}
    return goal in here


@given(tables, states, st.sampled_from(["hub", "seller"]))
def test_what_is_allowed_has_a_target_and_nothing_else_has(table, state, actor):
    machine = Machine("any", start="a", ends="", moves=table)

    for event in ("go", "turn", "stop"):
        if event in machine.allowed(state, actor):
            assert machine.target(state, event, actor) in machine.states
        else:
            with pytest.raises(IllegalMove):
                machine.target(state, event, actor)
