"""One PostgreSQL for the whole run: the server of DATABASE_URL, or an embedded one in a temporary home."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

# Nothing of a test has to survive a power cut.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
_URL = "ENTREPOT_TEST_DATABASE_URL"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """With xdist the controller owns the server; its workers inherit the address."""
    config.server = ExitStack()
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        _start(config.server)


def pytest_unconfigure(config):
    config.server.close()


def pytest_collection_modifyitems(items):
    """Files with slow tests first: begun last, they would keep one worker busy while the others have nothing to do."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


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
def django_db_setup(django_db_setup, django_db_blocker):
    """Roles and policies as after ``entrepot db migrate``; requests are carried out as in the web server.

    Whatever a thread left connected at the end cannot keep the test database from being dropped.
    """
    from django.conf import settings
    from django.db import connection

    from entrepot.config.database.roles import WEB, secure
    from entrepot.jobs.notices import connect

    with django_db_blocker.unblock(), connect() as owner:
        assert secure(owner) == ""
    settings.ENTREPOT_WEB_ROLE = WEB
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def aydin(db):
    """A seller."""
    from entrepot.accounts.services import create_seller

    return create_seller(code="aydin", name="Aydın Züccaciye")


@pytest.fixture
def borealis(db):
    """Another seller, who must see nothing of the first."""
    from entrepot.accounts.services import create_seller

    return create_seller(code="borealis", name="Borealis AS")


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
