"""One PostgreSQL for the whole run: the server of DATABASE_URL, or an embedded one in a temporary home."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from . import sellers

pytest_plugins = ["tests.canary"]

# Nothing of a test has to survive a power cut.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
_URL = "ENTREPOT_TEST_DATABASE_URL"
# On a machine that is busy everything is slow, and says nothing of what is tested.
_EXAMPLES = int(os.environ.get("ENTREPOT_TEST_EXAMPLES", "100"))  # of what a parser is tried with; a night has more
settings.register_profile("here", deadline=None, max_examples=_EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """With xdist the controller owns the server; its workers inherit the address."""
    config.server = ExitStack()
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        config.option.testrunuid = config.option.testrunuid or uuid.uuid4().hex
        _start(config.server)


def pytest_unconfigure(config):
    is_ours = getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput")
    if is_ours and (url := os.environ.get("DATABASE_URL")):
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {_template(config)}")
    config.server.close()


def _template(config):
    """The migrated database that every worker of this run copies."""
    run = getattr(config, "workerinput", {}).get("testrunuid") or config.option.testrunuid
    return f"test_template_{run[:12]}"


def pytest_collection_modifyitems(items):
    """Files with slow tests first: begun last, they would keep one worker busy while the others have nothing to do.

    Of these the ones without a database before the rest: the first worker that needs one migrates it, and the others
    would wait. The longest of all comes first.
    """
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    stored = {item.path for item in items if {"db", "transactional_db"} & set(item.fixturenames)}
    stored |= {item.path for item in items if item.get_closest_marker("django_db")}
    items.sort(key=lambda item: ("walk" not in item.path.name, item.path not in slow, item.path in stored))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(pytestconfig, django_db_modify_db_settings_parallel_suffix):
    """Point Django at the server before it makes the test database; without a pool, so that it can drop it."""
    from django.db import connections

    from entrepot.config.environment import database

    if not (os.environ.get(_URL) or os.environ.get("DATABASE_URL")):
        _start(pytestconfig.server)
    found = database(os.environ.get(_URL) or os.environ["DATABASE_URL"], pool=0)
    found["OPTIONS"]["options"] = "-c idle_in_transaction_session_timeout=60000"  # a test may be debugged
    connections["default"].settings_dict.update(found)
    suffix = connections["default"].settings_dict["TEST"].get("NAME")
    assert suffix is None or suffix.startswith("test_")


@pytest.fixture(scope="session")
def migrated_once(pytestconfig, django_db_modify_db_settings):
    """The first worker migrates, and keeps a copy of the result; the others wait for it and begin with one.

    Called when the database is there and nobody is connected to it.
    """
    from django.db import connection

    if not hasattr(pytestconfig, "workerinput"):
        yield lambda: None
        return
    template, known = _template(pytestconfig), connection.settings_dict
    params = {k: v for k, v in connection.get_connection_params().items() if k in ("host", "port", "user", "password")}
    with psycopg.connect(**params, dbname="postgres", autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(7007)")
        is_there = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone()
        if is_there:
            server.execute("SELECT pg_advisory_unlock(7007)")
            known["TEST"] |= {"TEMPLATE": template, "MIGRATE": False}

        def keep():
            if not is_there:
                server.execute(f"CREATE DATABASE {template} TEMPLATE {known['NAME']}")
                server.execute("SELECT pg_advisory_unlock(7007)")

        yield keep


@pytest.fixture(scope="session")
def django_db_setup(migrated_once, django_db_setup, django_db_blocker):
    """Roles and policies as after ``entrepot db migrate``; requests are carried out as in the web server.

    Whatever a thread left connected at the end cannot keep the test database from being dropped.
    """
    from django.conf import settings
    from django.db import connection

    from entrepot.config.database.roles import WEB, secure
    from entrepot.jobs.notices import connect

    from . import emptied

    with django_db_blocker.unblock():
        with connect() as owner:
            assert secure(owner) == ""
        emptied.install()
        connection.close()
        migrated_once()
    settings.ENTREPOT_WEB_ROLE = WEB
    settings.WHITENOISE_USE_FINDERS = False  # every client of a test would look at every file of the packages
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def aydin(db):
    """A seller."""
    return sellers.aydin()


@pytest.fixture
def borealis(db):
    """Another seller, who must see nothing of the first."""
    return sellers.borealis()


def _start(stack: ExitStack) -> None:
    if os.environ.get("DATABASE_URL"):
        return
    from entrepot.config.database.owner import Owner
    from entrepot.config.database.places import places

    home = Path(tempfile.mkdtemp(prefix="entrepot-test-"))
    stack.callback(shutil.rmtree, home, ignore_errors=True)
    owner = Owner(places(home), FAST)
    owner.start()
    stack.callback(owner.stop)
    os.environ[_URL] = owner.server.url
    stack.callback(os.environ.pop, _URL, None)
