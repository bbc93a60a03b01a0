"""PostgreSQL itself keeps sellers apart, for every table that has one, whatever a query forgets."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from urllib.parse import quote

import psycopg
import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction
from psycopg.conninfo import make_conninfo

from entrepot.config.database.roles import (
    ADD_ONLY,
    OUTSIDE,
    THROUGH,
    WEB,
    WORKER,
    bound_tables,
    lacking,
    secure,
    sees_all,
)
from entrepot.config.django import role_of
from entrepot.core.errors import Refused
from entrepot.jobs.notices import connect

# Tables that hold nothing of one seller, or are read before anybody knows who asks.
NOBODYS = {
    "accounts_seller": "read to find out whether a key's seller is open",
    "accounts_tries": "counts wrong passwords, whoever's",
    "channels_breakerstate": "whether a remote answers",
    "channels_budgetuse": "how often a remote was called",
    "channels_taxon": "a marketplace's own words, the same for all",
    "documents_leftover": "names of files without a row, which say nothing",
    "events_dirty": "marks with ids, for workers",
    "events_eventcursor": "how far subscribers are",
    "events_seenevent": "ids of events that a consumer has had",
    "events_topicoffset": "how far consumers are",
    "jobs_drainerhealth": "pulse of workers",
    "pricing_fxday": "rates of a central bank",
    "pricing_fxrate": "rates of a central bank",
    "web_idempotencykey": "found by who asks and by their key",
} | dict.fromkeys(OUTSIDE, "read before anybody knows who asks")
OTHERS = ("auth_", "django_", "procrastinate_", "accounts_user_")  # of Django and of the queue
FILL = {
    "ARRAY": "'{}'", "boolean": "false", "bytea": "''", "date": "current_date", "jsonb": "'{}'", "uuid": "gen_random_uuid()",
    "timestamp with time zone": "now()",
}  # fmt: skip
COLUMNS = """
SELECT column_name, data_type, coalesce(character_maximum_length, 9) FROM information_schema.columns
 WHERE table_schema = 'public' AND table_name = %s AND is_nullable = 'NO' AND column_default IS NULL
   AND is_identity = 'NO' AND column_name <> 'seller_id'"""


@pytest.fixture(scope="module")
def names(django_db_setup, django_db_blocker):
    """Tables whose rows are kept apart."""
    with django_db_blocker.unblock(), connect() as owner:
        return bound_tables(owner)


@pytest.fixture
def run(db):
    """Runs a statement and gives its rows, or how many it changed."""

    def execute(statement, *params):
        with connection.cursor() as cursor:
            cursor.execute(statement, params)
            return cursor.fetchall() if cursor.description else cursor.rowcount

    return execute


@contextmanager
def as_role(role, sellers=None):
    """A part of the test's transaction in a role; nothing of it stays."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', %s, true)", [role])
        if sellers is not None:
            cursor.execute("SELECT set_config('entrepot.sellers', %s, true)", [sellers])
        yield
        transaction.set_rollback(True)


@pytest.fixture
def filled(run, names, aydin, borealis):
    """One row of each seller in every table; what rows must otherwise be does not matter here."""
    run("SET LOCAL session_replication_role = replica")  # no foreign keys
    for name in names:
        run(f"DELETE FROM {name}")  # the call log is written beside transactions, so a test may leave some
        for (check,) in run("SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'", name):
            run(f'ALTER TABLE {name} DROP CONSTRAINT "{check}"')
        for number, seller in enumerate((aydin, borealis), start=1):
            run(statement(run, name, seller.id, number))
    run("SET LOCAL session_replication_role = origin")
    return aydin, borealis


def statement(run, name, seller_id, number):
    """An INSERT of one row, with some value in each column that must have one."""
    found = [(column, FILL.get(kind, f"'{number}'")) for column, kind, _ in run(COLUMNS, name)]
    if name in THROUGH:
        column, parent = THROUGH[name]
        found = [pair for pair in found if pair[0] != column]
        (mine,) = run(f"SELECT id FROM {parent} WHERE seller_id = %s ORDER BY id LIMIT 1", seller_id)
        found.append((column, str(mine[0])))
    else:
        found.append(("seller_id", str(seller_id)))
    columns, values = zip(*found, strict=True)
    return f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({', '.join(values)})"


def test_every_model_with_a_seller_is_bound_and_every_other_table_says_why_it_is_not(run, names):
    has_seller = {m._meta.db_table for m in apps.get_models() if any(f.column == "seller_id" for f in m._meta.fields)}
    every = {
        name for (name,) in run("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
                                " AND relnamespace = 'public'::regnamespace")
    }  # fmt: skip

    assert set(names) == (has_seller - set(OUTSIDE)) | set(THROUGH)
    loose = {name for name in every - set(names) if not name.startswith(OTHERS)}
    assert loose == set(NOBODYS)
    assert len(names) > 35


def test_the_web_role_sees_nothing_until_it_is_told_whose_rows_are_meant(run, names, filled):
    for sellers in (None, "", "0"):
        with as_role(WEB, sellers):
            assert {name: n for name in names if (n := run(f"SELECT count(*) FROM {name}")[0][0])} == {}


def test_it_sees_one_sellers_rows_in_every_table_without_any_filter(run, names, filled):
    for seller in filled:
        with as_role(WEB, str(seller.id)):
            for name in names:
                assert run(f"SELECT count(*) FROM {name}") == [(1,)], name
                if name not in THROUGH:
                    assert run(f"SELECT seller_id FROM {name}") == [(seller.id,)], name


def test_a_list_of_sellers_or_every_one_is_seen_where_that_is_said(run, names, filled):
    for sellers in (",".join(str(s.id) for s in filled), "*"):
        with as_role(WEB, sellers):
            assert {name for name in names if run(f"SELECT count(*) FROM {name}") != [(2,)]} == set()


def test_a_row_for_another_seller_is_refused_in_every_table(run, names, filled):
    aydin, borealis = filled
    statements = {name: statement(run, name, borealis.id, 3) for name in names}

    for name in names:
        with as_role(WEB, str(aydin.id)), pytest.raises(ProgrammingError, match="row-level security"):
            run(statements[name])


def test_another_sellers_row_is_neither_changed_nor_deleted_nor_given_away(run, names, filled):
    aydin, borealis = filled

    for name in (n for n in names if n not in THROUGH and n not in ADD_ONLY):
        with as_role(WEB, str(aydin.id)):
            assert run(f"UPDATE {name} SET seller_id = seller_id WHERE seller_id = %s", borealis.id) == 0, name
            assert run(f"DELETE FROM {name} WHERE seller_id = %s", borealis.id) == 0, name
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                run(f"UPDATE {name} SET seller_id = %s", borealis.id)


def test_the_worker_sees_every_seller_and_owns_nothing(run, names, filled):
    with as_role(WORKER):
        assert {name for name in names if run(f"SELECT count(*) FROM {name}") != [(2,)]} == set()
        for refused in (
            "ALTER TABLE orders_order DISABLE ROW LEVEL SECURITY",
            "DROP TABLE orders_order",
            "TRUNCATE orders_line",
        ):
            with pytest.raises(ProgrammingError, match=r"must be owner|permission denied"), transaction.atomic():
                run(refused)


def test_neither_partitions_nor_views_are_a_way_around(run, names, filled):
    parts = [n for (n,) in run("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'")]
    views = [
        n for (n,) in run("SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace")
    ]

    assert parts
    assert len(views) > 5
    with as_role(WEB):
        for name in parts:
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                run(f"SELECT FROM {name}")
        assert {name: n for name in views if (n := run(f"SELECT count(*) FROM {name}")[0][0])} == {}


@pytest.fixture
def hub(django_db_setup, django_db_blocker):
    """A connection of a user who owns the tables of an empty database and is no superuser; and the way to get rights."""
    with django_db_blocker.unblock(), connect() as root:
        root.execute("DROP DATABASE IF EXISTS test_hub_rights")
        root.execute("DROP ROLE IF EXISTS test_hub")
        root.execute("CREATE ROLE test_hub")
        root.execute("CREATE DATABASE test_hub_rights OWNER test_hub")
        params = {
            k: v for k, v in connection.get_connection_params().items() if k in ("host", "port", "user", "password")
        }
        with psycopg.connect(**params, dbname="test_hub_rights", autocommit=True) as own:
            own.execute("SET SESSION AUTHORIZATION test_hub")
            own.execute("CREATE TABLE orders_order (id int, seller_id bigint)")
            own.execute("CREATE TABLE channels_taxon (id int)")
            own.execute("INSERT INTO orders_order VALUES (1, 1), (2, 2)")
            yield own, root
        root.execute("DROP DATABASE test_hub_rights")
        root.execute("DROP ROLE test_hub")


def test_a_user_who_may_not_take_the_roles_is_told_and_nothing_is_changed(hub):
    own, _ = hub

    assert "test_hub may not make the roles entrepot_web and entrepot_worker" in secure(own)
    assert lacking(own) == "test_hub is not a member of entrepot_web and entrepot_worker"
    assert own.execute("SELECT count(*) FROM orders_order").fetchone() == (2,)
    assert not sees_all(own)  # with policies in place it would not: who is no member of the worker's role sees none


def test_an_owner_who_is_no_superuser_is_bound_too_and_works_by_its_membership(hub):
    own, root = hub
    root.execute(f"GRANT {WEB}, {WORKER} TO test_hub")

    assert secure(own) == ""
    assert sees_all(own)
    assert own.execute("SELECT count(*) FROM orders_order").fetchone() == (2,)
    with own.transaction():
        own.execute(f"SET LOCAL ROLE {WEB}")
        assert own.execute("SELECT count(*) FROM orders_order").fetchone() == (0,)
    root.execute(f"REVOKE {WORKER} FROM test_hub")
    assert own.execute("SELECT count(*) FROM orders_order").fetchone() == (0,)  # forced: owning is not seeing


def test_a_new_table_with_a_seller_is_found_and_bound(hub):
    own, root = hub
    root.execute(f"GRANT {WEB}, {WORKER} TO test_hub")
    secure(own)

    own.execute("CREATE TABLE claims_claim (seller_id bigint)")
    assert lacking(own) == "not secured yet: claims_claim"
    assert secure(own) == ""
    own.execute("ALTER TABLE claims_claim NO FORCE ROW LEVEL SECURITY")
    assert lacking(own) == "not secured yet: claims_claim"


SPOKEN = """
import os
from entrepot.config.django import running, serve_as_web, setup
with running() as handle:
    from django.db import connection
    from entrepot.events.services import ensure_partitions
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        print(cursor.fetchone()[0])
    print(len(ensure_partitions(days_ahead=15)) > 0)
    print(repr(serve_as_web(handle.url)), os.environ["ENTREPOT_DATABASE_ROLE"])
"""
SERVED = """
from entrepot.config.django import setup
setup()
from django.conf import settings
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT current_user")
    print(cursor.fetchone()[0], settings.ENTREPOT_WEB_ROLE)
"""


@pytest.fixture
def python(transactional_db, tmp_path):
    """Runs a script in a process of its own on the test's database."""
    known = connection.settings_dict
    url = f"postgresql://{quote(known['USER'])}@/{known['NAME']}?host={quote(known['HOST'])}&port={known['PORT']}"
    given = {**os.environ, "DATABASE_URL": url, "PGPASSWORD": known["PASSWORD"], "ENTREPOT_HOME": str(tmp_path)}

    def run(script, **more):
        command = [sys.executable, "-c", script]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env={**given, **more})

    return run


def test_each_process_takes_its_role_and_partitions_are_made_by_the_owner(python):
    assert python(SPOKEN).stdout.split() == ["entrepot_worker", "True", "''", "entrepot_web"]
    assert python(SERVED, ENTREPOT_DATABASE_ROLE="entrepot_web").stdout.split() == ["entrepot_web", "entrepot_web"]
    assert python(SPOKEN, ENTREPOT_ROW_SECURITY="off").stdout.splitlines()[0] == connection.settings_dict["USER"]


def test_where_it_is_required_nothing_starts_without_it(monkeypatch, hub):
    known = connection.settings_dict
    url = make_conninfo(host=known["HOST"], port=known["PORT"], user=known["USER"], dbname="test_hub_rights",
                        password=known["PASSWORD"] or None)  # fmt: skip

    assert role_of(WORKER, url) == ("", "not secured yet: channels_taxon, orders_order")
    monkeypatch.setenv("ENTREPOT_ROW_SECURITY", "required")
    with pytest.raises(Refused, match="is required, and row-level security is off: not secured yet"):
        role_of(WORKER, url)
    monkeypatch.setenv("ENTREPOT_ROW_SECURITY", "perhaps")
    with pytest.raises(ValueError, match="ENTREPOT_ROW_SECURITY must be auto, required or off"):
        role_of(WORKER, url)
