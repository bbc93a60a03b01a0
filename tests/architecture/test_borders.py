"""What a domain shows to others, where models live, and which modules see every seller's rows."""

from __future__ import annotations

import ast

import pytest
from source_tree import Module, domains, told
from waivers import EVERY_SELLER, INSIDES, WHY

OPEN = {"services", "queries", "states"}
FACES = {"api", "admin"}  # a face may build on the same face of a domain below: a field of a form, a link
# Abstract rows that others extend, and their doors.
BASES = {"accounts.models.ScopedManager", "accounts.models.SellerScoped", "jobs.models.Claimable"}
LIBRARIES = {"web", "jobs.notices"}  # made to be imported, whatever file a thing is in
ASSEMBLY = {"config", "api", "panel"}  # wire all domains together


def foreign_insides(module: Module, owners: set[str]) -> list[str]:
    """What it imports of another domain that this domain does not show: ``orders.models.Order``.

    A row may travel, so its type may be named; who imports the class itself can reach its table.
    """
    if module.package in ASSEMBLY or module.is_migration:
        return []
    found = []
    for _, name in module.imports(types_too=False):
        parts = name.split(".")[1:]
        if len(parts) < 2 or parts[0] not in owners - {module.package} or parts[1] in OPEN:
            continue
        if parts[0] in LIBRARIES or ".".join(parts[:2]) in LIBRARIES or ".".join(parts[:3]) in BASES:
            continue
        if parts[1] in FACES and module.face == parts[1]:
            continue
        found.append(".".join(parts))
    return sorted(set(found))


def strays(module: Module) -> list[str]:
    """Model classes outside of a ``models`` file."""
    if module.face == "models" or module.is_migration:
        return []
    classes = [n for n in ast.walk(module.tree) if isinstance(n, ast.ClassDef)]
    return [
        c.name for c in classes if any(ast.unparse(b) in {"models.Model", "SellerScoped", "Claimable"} for b in c.bases)
    ]


def typed_keys(module: Module) -> list[str]:
    """Foreign keys to a class of another file, where the rule wants the string ``app.Model``."""
    if module.face != "models":
        return []
    local = {n.name for n in ast.walk(module.tree) if isinstance(n, ast.ClassDef)}
    local |= {name.rsplit(".", 1)[1] for _, name in module.imports() if name.startswith(f"entrepot.{module.package}.")}
    kinds = {"ForeignKey", "OneToOneField", "ManyToManyField"}
    calls = [
        n for n in ast.walk(module.tree) if isinstance(n, ast.Call) and ast.unparse(n.func).split(".")[-1] in kinds
    ]
    targets = [c.args[0] for c in calls if c.args]
    return [ast.unparse(t) for t in targets if not isinstance(t, ast.Constant) and ast.unparse(t) not in local]


def sees_every_seller(module: Module) -> bool:
    calls = [n for n in ast.walk(module.tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    return any(c.func.attr == "system" and not c.args and not c.keywords for c in calls)


def test_domains_show_only_services_queries_and_states(ours):
    owners = domains(ours)
    found = {m.path: names for m in ours if (names := foreign_insides(m, owners))}

    new = {path: sorted(set(names) - set(INSIDES.get(path, "").split())) for path, names in found.items()}
    gone = {path: sorted(set(names.split()) - set(found.get(path, []))) for path, names in INSIDES.items()}

    assert not any(new.values()), told(new, "import services, queries or states instead")
    assert not any(gone.values()), told(gone, "no longer imported: take it out of waivers.py")


def test_every_waived_import_has_a_reason():
    waived = {name for names in INSIDES.values() for name in names.split()}

    assert waived == set(WHY)
    assert all(len(reason.split()) >= 4 for reason in WHY.values())


def test_models_live_in_models(ours):
    assert {m.path: found for m in ours if (found := strays(m))} == {}


def test_foreign_keys_to_other_domains_are_strings(ours):
    assert {m.path: found for m in ours if (found := typed_keys(m))} == {}


def test_only_listed_modules_see_every_sellers_rows(ours):
    found = {m.path for m in ours if sees_every_seller(m)}

    assert not found - set(EVERY_SELLER), told(
        found - set(EVERY_SELLER), "use for_seller() or for_actor(), or say why not"
    )
    assert not set(EVERY_SELLER) - found, told(set(EVERY_SELLER) - found, "no longer: take it out of waivers.py")


@pytest.mark.parametrize("path", sorted(EVERY_SELLER))
def test_who_sees_every_seller_says_why(path):
    assert len(EVERY_SELLER[path].split()) >= 4
    assert path.split("/")[0] not in {"web", "kit", "core", "connectors", "sandbox"}


def test_the_rules_can_fail(plant):
    planted = {m.path: m for m in plant({
        "orders/models.py": "class Order(SellerScoped): ...\n",
        "catalog/models.py": "from entrepot.orders.models import Order\nx = models.ForeignKey(Order, 1)\n",
        "listings/models.py": "x = models.ForeignKey('orders.Order')\nclass A(models.Model):\n  b = models.ForeignKey(A)\n",
        "listings/services/__init__.py": "",
        "listings/services/make.py": (
            "from entrepot.orders.models import Order\n"
            "from entrepot.catalog import models, queries\n"
            "from entrepot.orders.services.deep import thing\n"
            "rows = Order.objects.system()\nclass Cache(models.Model): ...\n"
        ),
        "listings/services/name.py": (
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from entrepot.orders.models import Order\n"
            "def f():\n    from entrepot.orders.models import Line\n"
        ),
        "listings/admin.py": "from entrepot.orders.admin import link\nfrom entrepot.orders.api import Out\nos.system('x')\n",
    })}  # fmt: skip
    make, admin = planted["listings/services/make.py"], planted["listings/admin.py"]
    owners = domains(list(planted.values()))

    assert foreign_insides(make, owners) == ["catalog.models", "orders.models.Order"]
    assert foreign_insides(planted["listings/services/name.py"], owners) == ["orders.models.Line"]
    assert foreign_insides(admin, owners) == ["orders.api.Out"]
    assert (strays(make), strays(planted["orders/models.py"])) == (["Cache"], [])
    assert (typed_keys(planted["catalog/models.py"]), typed_keys(planted["listings/models.py"])) == (["Order"], [])
    assert (sees_every_seller(make), sees_every_seller(admin)) == (True, False)
