"""A deploy migrates first and ends old workers later: docs/rules/migrations.md says what they must not notice."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from source_tree import Module

GONE = {"RemoveField", "DeleteModel", "RenameField", "RenameModel", "AlterModelTable"}
LOCKS = {"AddIndex": "AddIndexConcurrently", "RemoveIndex": "RemoveIndexConcurrently"}
MANY = {"ManyToManyField"}


def findings(module: Module) -> list[str]:
    """What a migration does that a worker of the release before would notice; on tables that it makes itself, nothing."""
    made = {_text(_given(call, "name", 0)).lower() for call in _operations(module) if _name(call) == "CreateModel"}
    found = []
    for call in _operations(module):
        name, place = _name(call), 0 if _name(call) != "DeleteModel" else None
        model = _text(_given(call, "model_name" if place == 0 else "name", 0)).lower()
        if model not in made and (why := _breaks(name, call)):
            found.append(f"{model}: {why}")
    return found


def _breaks(name: str, call: ast.Call) -> str:
    if name in GONE:
        return f"{name} takes away what old workers read"
    if name in LOCKS:
        return f"{name} keeps writers waiting; {LOCKS[name]} does not"
    if name == "AlterField":
        return "AlterField may write the table anew, or refuse what old workers write"
    if name == "AddConstraint":
        return "AddConstraint reads the whole table under a lock, and refuses what old workers may write"
    if name == "AddField" and not _may_be_left_out(_given(call, "field", 2)):
        return f"AddField {_text(_given(call, 'name', 1))} is not null without db_default: old workers leave it out"
    return ""


def _may_be_left_out(field: ast.expr | None) -> bool:
    if not isinstance(field, ast.Call):
        return False
    given = {k.arg: ast.unparse(k.value) for k in field.keywords}
    return given.get("null") == "True" or "db_default" in given or _name(field) in MANY


def _operations(module: Module) -> Iterator[ast.Call]:
    """Each call of an operation that changes the database; a state alone is read by nobody but the new code."""
    states = [k.value for k in ast.walk(module.tree) if isinstance(k, ast.keyword) and k.arg == "state_operations"]
    apart = {node for state in states for node in ast.walk(state)}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and node not in apart and ast.unparse(node.func).startswith("migrations."):
            yield node


def _name(call: ast.Call) -> str:
    return ast.unparse(call.func).split(".")[-1]


def _given(call: ast.Call, name: str, place: int) -> ast.expr | None:
    by_name = {k.arg: k.value for k in call.keywords}
    return by_name.get(name) or (call.args[place] if len(call.args) > place else None)


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_no_migration_takes_from_old_workers_what_they_use(ours):
    assert {m.path: told for m in ours if m.is_migration and (told := findings(m))} == {}


def test_each_kind_of_break_is_seen_and_what_is_safe_is_not(plant):
    text = """
class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel(name="New", fields=[]),
        migrations.AddIndex(model_name="new", index=models.Index(fields=["a"], name="i")),
        migrations.AddField("order", "safe", models.TextField(null=True)),
        migrations.AddField("order", "safe_too", models.TextField(db_default="")),
        AddIndexConcurrently("order", models.Index(fields=["a"], name="j")),
        migrations.AddField(model_name="order", name="bad", field=models.TextField(default="")),
        migrations.RemoveField("order", "old"),
        migrations.RenameField("order", "a", "b"),
        migrations.AddIndex(model_name="order", index=models.Index(fields=["a"], name="k")),
        migrations.AlterField("order", "a", models.TextField()),
        migrations.AddConstraint("order", models.CheckConstraint(condition=Q(a=1), name="c")),
        migrations.DeleteModel("Gone"),
    ]
"""
    found = findings(plant({"orders/migrations/0099_x.py": text})[0])

    assert [f.split()[:2] for f in found] == [
        ["order:", "AddField"], ["order:", "RemoveField"], ["order:", "RenameField"], ["order:", "AddIndex"],
        ["order:", "AlterField"], ["order:", "AddConstraint"], ["gone:", "DeleteModel"],
    ]  # fmt: skip
