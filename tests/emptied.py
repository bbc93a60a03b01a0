"""What a test has committed is taken out again: only from tables that hold something, and no table is made anew.

Django's own way makes the files of every table and index anew, and writes content types and permissions again, which
takes longer than most tests.
"""

from __future__ import annotations

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.test import TransactionTestCase
from psycopg import sql

LEFT = {"procrastinate"}  # its tests begin with deleting what is there
KEPT = {ContentType._meta.db_table, Permission._meta.db_table}  # the migrations' own
_WORN = 64 * 8192  # bytes of a table that are worth a vacuum
_HELD = """
    WITH RECURSIVE ours (id, name) AS (
        SELECT c.oid, c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY(%s) AND c.relkind <> 'v'
        UNION SELECT i.inhrelid, p.relname FROM ours JOIN pg_inherits i ON i.inhparent = id JOIN pg_class p ON p.oid = inhrelid
    )
    SELECT name, pg_relation_size(id) FROM ours JOIN pg_class c ON c.oid = id AND c.relkind = 'r'
    WHERE pg_relation_size(id) > 0 ORDER BY name
"""


def held(cursor: CursorWrapper) -> list[tuple[str, int]]:
    """Tables and partitions that hold, or held, rows of the models, with their size in bytes."""
    tables = {
        m._meta.db_table for m in apps.get_models(include_auto_created=True) if m._meta.app_label not in LEFT
    } - KEPT
    cursor.execute(_HELD, [sorted(tables)])
    return cursor.fetchall()


def empty() -> None:
    """Take every row out of the tables of the models, whoever wrote it; wait for whoever still writes."""
    with connection.cursor() as cursor:
        found = held(cursor)
        if not found:
            return
        names = [sql.Identifier(name) for name, _ in found]
        deletes = sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(name) for name in names)
        cursor.execute(
            sql.SQL(
                "BEGIN; SET LOCAL session_replication_role = replica;"  # neither triggers nor foreign keys
                " LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE; {}; COMMIT"
            ).format(sql.SQL(", ").join(names), deletes)
        )
        if worn := [sql.Identifier(name) for name, size in found if size > _WORN]:
            cursor.execute(sql.SQL("VACUUM {}").format(sql.SQL(", ").join(worn)))


def install() -> None:
    """For every test that is not in a transaction of its own; only a superuser may leave triggers out."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW is_superuser")
        if cursor.fetchone() == ("on",):
            TransactionTestCase._fixture_teardown = lambda self: empty()
