"""SQL has layers too: the text in a package names its own tables, and views that a layer below publishes."""

from __future__ import annotations

import re

from django.apps import apps
from source_tree import Module, told

# View: the package that publishes it. Everybody above may read it.
PUBLISHED = {
    "catalog_kit": "catalog",
    "catalog_on_show": "catalog",
    "catalog_part": "catalog",
    "channels_window": "channels",
    "inventory_available": "inventory",
    "inventory_delay": "inventory",
    "inventory_holdback": "inventory",
    "inventory_pace": "inventory",
    "pricing_asked": "pricing",
}
VERBS = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|COPY|TRUNCATE|MERGE INTO|JOIN|ALTER TABLE|CREATE)\b")


def tables() -> dict[str, str]:
    """Table or view → the package that owns it."""
    ours = [m for m in apps.get_models(include_auto_created=True) if m.__module__.startswith("entrepot.")]
    return {m._meta.db_table: m.__module__.split(".")[1] for m in ours} | PUBLISHED


def foreign_tables(module: Module, owner_of: dict[str, str]) -> list[str]:
    """Tables of other packages that its SQL names."""
    pattern = re.compile(r"\b(" + "|".join(sorted(owner_of, key=len, reverse=True)) + r")\b")
    sql = [text for _, text in module.texts() if VERBS.search(text)]
    named = {name for text in sql for name in pattern.findall(text)}
    return sorted(n for n in named if owner_of[n] != module.package and n not in PUBLISHED)


def test_sql_names_only_tables_of_its_own_package(ours):
    found = {m.path: names for m in ours if (names := foreign_tables(m, tables()))}

    assert found == {}, told(found, "ask the domain that owns the table, by a query or a published view")


def test_what_is_published_exists(ours):
    for view, package in PUBLISHED.items():
        text = "".join(m.text for m in ours if m.package == package and m.is_migration)
        assert re.search(rf"CREATE (OR REPLACE )?VIEW {view}\b", text), view


def test_the_rule_can_fail(plant):
    planted = {m.path: m for m in plant({
        "pricing/services.py": '_SQL = """SELECT 1 FROM pricing_price p JOIN orders_order o ON true"""\n',
        "pricing/queries.py": 'def f(t):\n    run(f"UPDATE {t} SET x = 1 FROM listings_listing WHERE true")\n',
        "pricing/tasks.py": 'KEEP = {"orders_order": 14}\nSQL = "SELECT available FROM inventory_available"\n',
        "pricing/rules.py": '"""Never SELECT from orders_order."""\n',
    })}  # fmt: skip

    assert foreign_tables(planted["pricing/services.py"], tables()) == ["orders_order"]
    assert foreign_tables(planted["pricing/queries.py"], tables()) == ["listings_listing"]
    assert foreign_tables(planted["pricing/tasks.py"], tables()) == []
    assert foreign_tables(planted["pricing/rules.py"], tables()) == []
