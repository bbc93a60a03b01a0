"""Row-level security: the roles that our processes take, and what PostgreSQL lets each of them see.

* The **owner** is who ``DATABASE_URL`` names: it owns the tables, migrates, backs up.
* ``entrepot_web`` is bound: it sees the rows of the sellers that its transaction names in ``entrepot.sellers`` (ids
  with commas between, ``*`` every seller), and none where it names nobody.
* ``entrepot_worker`` works for every seller: its policy lets it see all.

Which tables are bound is read from the database itself: all that have a column ``seller_id``, but those that are read
to find out who somebody is. Rules, costs and limits: docs/rules/row-security.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import sql

from entrepot.config.environment import WEB_ROLE as WEB
from entrepot.config.environment import WORKER_ROLE as WORKER

OUTSIDE = ("accounts_user", "accounts_apikey")  # read before anybody knows who asks
THROUGH = {"jobs_runline": ("run_id", "jobs_run")}  # bound by the row that they belong to
ADD_ONLY = ("audit_entry",)  # nobody but the owner changes or deletes what is in it
READ_ONLY = ("django_migrations",)
# Each setting is read once a statement, not once a row: hence the sub-selects.
_BOUND = """(SELECT current_setting('entrepot.sellers', true) = '*') OR seller_id = ANY (
    (SELECT string_to_array(nullif(current_setting('entrepot.sellers', true), '*'), ',')::bigint[])::bigint[])"""
_READY = """
SELECT pg_has_role(session_user, web.oid, 'MEMBER') AND pg_has_role(session_user, worker.oid, 'MEMBER')
  FROM pg_roles web, pg_roles worker WHERE web.rolname = %s AND worker.rolname = %s"""
_TABLES = """
SELECT c.relname::text, c.relkind::text,
       EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'seller_id' AND NOT a.attisdropped),
       c.relrowsecurity AND c.relforcerowsecurity AND (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) = 2,
       coalesce('security_invoker=true' = ANY (c.reloptions), false),
       array_to_string(ARRAY(SELECT w.role || '.' || r.right FROM unnest(%(roles)s::text[]) w(role),
           unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) r("right")
            WHERE has_table_privilege(w.role, c.oid, r.right) ORDER BY 1), ' ')
  FROM pg_class c
 WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
 ORDER BY c.relname"""
_ROLLED_BACK = (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation, psycopg.errors.InternalError)
Connection = psycopg.Connection[Any]


def bound_tables(connection: Connection) -> list[str]:
    """Tables whose rows PostgreSQL keeps apart by seller, or should, by name."""
    rows = connection.execute(_TABLES.replace("%(roles)s", "'{}'")).fetchall()
    return [name for name, kind, has_seller, *_ in rows if _is_bound(name, kind, has_seller)]


def lacking(connection: Connection) -> str:
    """What keeps sellers from being kept apart by the database; empty: nothing. Three queries at most."""
    found = connection.execute(_READY, [WEB, WORKER]).fetchone()
    if found is None:
        return f"the roles {WEB} and {WORKER} are not there"
    if not found[0]:
        return f"{_user(connection)} is not a member of {WEB} and {WORKER}"
    open_ = [name for name, *_ in _unsecured(connection)]
    return f"not secured yet: {', '.join(open_)}" if open_ else ""


def secure(connection: Connection) -> str:
    """Make roles, rights and policies what they should be; what is lacking then, and must be done by somebody else.

    ``connection`` is the owner's, in autocommit: a table is locked for one statement at a time, so that old workers go
    on. Nothing is done where nothing is lacking.
    """
    try:
        _make_roles(connection)
    except psycopg.errors.InsufficientPrivilege as error:
        return f"{_user(connection)} may not make the roles {WEB} and {WORKER}: {_line(error)}"
    unsecured = _unsecured(connection)
    if unsecured:
        _run(connection, "GRANT USAGE ON SCHEMA {} TO {}, {}", _schema(connection), WEB, WORKER)
        _run(
            connection, "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {} TO {}, {}", _schema(connection), WEB, WORKER
        )
        _let_see_ages(connection)
    for name, kind, has_seller in unsecured:
        _grant(connection, name)
        if kind == "v":
            _run(connection, "ALTER VIEW {} SET (security_invoker = true)", name)
        elif _is_bound(name, kind, has_seller):
            _bind(connection, name)
    return lacking(connection)


def sees_all(connection: Connection) -> bool:
    """Whether a dump that this user makes holds every seller's rows."""
    found = connection.execute(
        "SELECT rolsuper OR rolbypassrls OR coalesce((SELECT pg_has_role(current_user, w.oid, 'USAGE') FROM pg_roles w"
        " WHERE w.rolname = %s), true) FROM pg_roles WHERE rolname = current_user", [WORKER],
    ).fetchone()  # fmt: skip
    return found is not None and bool(found[0])


def _is_bound(name: str, kind: str, has_seller: bool) -> bool:
    return kind != "v" and name not in OUTSIDE and (has_seller or name in THROUGH)


def _unsecured(connection: Connection) -> list[tuple[str, str, bool]]:
    """Relations that lack something: name, kind, whether they have a seller."""
    rows = connection.execute(_TABLES, {"roles": [WEB, WORKER]}).fetchall()
    found = []
    for name, kind, has_seller, is_forced, is_invoked, rights in rows:
        is_done = is_invoked if kind == "v" else is_forced or not _is_bound(name, kind, has_seller)
        if not is_done or rights.split() != sorted(f"{role}.{r}" for role in (WEB, WORKER) for r in _rights(name)):
            found.append((name, kind, has_seller))
    return found


def _rights(name: str) -> tuple[str, ...]:
    if name in READ_ONLY:
        return ("SELECT",)
    return ("INSERT", "SELECT") if name in ADD_ONLY else ("DELETE", "INSERT", "SELECT", "UPDATE")


def _make_roles(connection: Connection) -> None:
    for role in (WEB, WORKER):
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
            _once(connection, "CREATE ROLE {} NOLOGIN", role)
        asked = connection.execute("SELECT pg_has_role(current_user, %s, 'USAGE')", [role]).fetchone()
        if asked is None or not asked[0]:
            _once(connection, "GRANT {} TO CURRENT_USER", role)


def _once(connection: Connection, statement: str, role: str) -> None:
    """Roles are of the whole server: the hub of another database may do the same at this moment."""
    try:
        _run(connection, statement, role)
    except _ROLLED_BACK:
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
            raise


def _let_see_ages(connection: Connection) -> None:
    """The metrics tell the age of the oldest transaction, whoever's; not worth refusing anything for."""
    with suppress(psycopg.errors.InsufficientPrivilege):
        _run(connection, "GRANT {} TO {}", "pg_read_all_stats", WEB)


def _grant(connection: Connection, name: str) -> None:
    rights = ", ".join(_rights(name))
    _run(
        connection,
        f"REVOKE ALL ON {{}} FROM {{}}, {{}}; GRANT {rights} ON {{}} TO {{}}, {{}}",
        *(name, WEB, WORKER) * 2,
    )


def _bind(connection: Connection, name: str) -> None:
    """One transaction: nobody sees the table without its policies in between."""
    column, parent = THROUGH.get(name, ("", ""))
    seen = f"EXISTS (SELECT FROM {parent} parent WHERE parent.id = {name}.{column})" if parent else _BOUND
    with connection.transaction():
        connection.execute("SET LOCAL lock_timeout = '10s'")
        for policy in ("sellers", "system"):
            _run(connection, f"DROP POLICY IF EXISTS {policy} ON {{}}", name)
        _run(connection, f"CREATE POLICY sellers ON {{}} TO {{}} USING ({seen})", name, WEB)
        _run(connection, "CREATE POLICY system ON {} TO {} USING (true)", name, WORKER)
        _run(connection, "ALTER TABLE {} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY", name)


def _run(connection: Connection, statement: str, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]


def _schema(connection: Connection) -> str:
    return _one(connection, "SELECT current_schema()")


def _user(connection: Connection) -> str:
    return _one(connection, "SELECT session_user")


def _one(connection: Connection, statement: str) -> str:
    found: Iterable[Any] | None = connection.execute(statement).fetchone()  # type: ignore[arg-type]
    return str(next(iter(found))) if found is not None else ""


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
