"""Machines are sound, speak the kit's words, and the database knows exactly their states."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import models

from entrepot.core.states import Machine
from entrepot.fulfilment.states import PACKAGE
from entrepot.kit.words import PACKAGE_EVENTS, PACKAGE_STATES
from entrepot.listings.states import LISTING

# machine: (app, model) whose field ``state`` moves along it
SUBJECTS = {
    "product": ("catalog", "Product"),
    "order": ("orders", "Order"),
    "package": ("fulfilment", "Package"),
    "listing": ("listings", "Listing"),
    "channel": ("channels", "Channel"),
    "intent": ("channels", "Intent"),
    "push_batch": ("egress", "PushBatch"),
}


def machines(ours) -> dict[str, Machine]:
    """Every machine of a ``states`` module, by name."""
    names = [m.dotted for m in ours if m.face == "states" and m.package not in {"core", "connectors"}]
    found = [v for name in names for v in vars(import_module(name)).values() if isinstance(v, Machine)]
    return {m.name: m for m in found}


def checked_states(model: type[models.Model]) -> frozenset[str] | None:
    """The states that the model's CHECK constraint allows; None: it has none on ``state`` alone."""
    conditions = [c.condition for c in model._meta.constraints if isinstance(c, models.CheckConstraint)]
    alone = [c.children[0] for c in conditions if isinstance(c, models.Q) and len(c.children) == 1]
    return next((frozenset(c[1]) for c in alone if isinstance(c, tuple) and c[0] == "state__in"), None)


def test_every_machine_is_sound(ours):
    assert {name: m.problems() for name, m in machines(ours).items() if m.problems()} == {}


def test_every_machine_has_a_subject_and_the_reverse(ours):
    assert sorted(machines(ours)) == sorted(SUBJECTS)


@pytest.mark.parametrize("name", sorted(SUBJECTS))
def test_the_database_allows_exactly_the_states_of_the_machine(ours, name):
    model = apps.get_model(*SUBJECTS[name])

    assert checked_states(model) == machines(ours)[name].states
    assert model._meta.get_field("state").default == machines(ours)[name].start


def test_connectors_translate_into_our_states():
    assert PACKAGE.states == PACKAGE_STATES
    assert PACKAGE_EVENTS - {"split"} <= {m.event for m in PACKAGE.moves}
    assert {"live", "closed"} <= LISTING.states


def test_the_rules_can_fail():
    broken = Machine(
        "tea", start="dry", ends="drunk",
        moves=[("pour", "dry", "wet", "hub"), ("dry", "drunk", "dry", "hub"), ("burn", "cold", "ash", "hub")],
    )  # fmt: skip

    assert {p.split()[0] for p in broken.problems()} >= {"ash", "wet", "dry"}
    loose = models.CheckConstraint(condition=models.Q(state__in=["dry"], size__gt=1), name="loose")
    exact = models.CheckConstraint(condition=models.Q(state__in=["dry"]), name="exact")

    class Fake:
        _meta = type("Meta", (), {"constraints": [loose]})

    assert checked_states(Fake) is None
    Fake._meta.constraints.append(exact)
    assert checked_states(Fake) == {"dry"}
