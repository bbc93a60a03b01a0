"""What people do is written down with what it changes, by whichever door, and stays as it was written."""

from __future__ import annotations

import contextlib
import json

import pytest
from django.contrib import admin
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.urls import reverse
from typer.testing import CliRunner

from entrepot.accounts.models import Seller
from entrepot.accounts.services import create_api_key, create_user
from entrepot.audit.admin import AuditEntryPage
from entrepot.audit.middleware import deed_of
from entrepot.audit.models import AuditEntry
from entrepot.audit.services import Deed, audited
from entrepot.catalog.models import Product
from entrepot.config.cli.app import app
from entrepot.core.actor import Actor

PASSWORD = "uzun-bir-parola-17"


@pytest.fixture(autouse=True)
def _quick(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def api(client):
    """Calls the API with a key of a role."""

    def call(method, path, body=None, *, seller=None, role="owner", **headers):
        row, key = create_api_key(name=role, seller_id=seller and seller.id, role=role)
        content = json.dumps(body).encode() if body is not None else b""
        given = {"Authorization": f"Bearer {key}", **headers}
        answer = client.generic(
            method, f"/api/v1{path}", content, "application/json", headers=given, REMOTE_ADDR="203.0.113.7"
        )
        return f"key {row.prefix}", answer

    return call


def entries():
    return list(AuditEntry.objects.order_by("id"))


def test_the_api_writes_down_who_did_what_from_where_and_no_value(api, aydin):
    body = {"name": "ERP of Ayşe", "role": "clerk", "scopes": ["orders:read"]}

    name, answer = api("POST", "/keys", body, seller=aydin)

    assert answer.status_code in (200, 201), answer.content
    (entry,) = entries()
    assert (entry.actor, entry.role, entry.door, entry.seller_id) == (name, "owner", "api", aydin.id)
    assert (entry.what, entry.came_from) == ("POST /api/v1/keys", "203.0.113.7")
    assert {"name", "role", "scopes"} <= set(entry.fields)
    written = json.dumps([str(v) for v in vars(entry).values()])
    assert "Ay" not in written
    assert "en_" not in written


def test_what_reads_or_is_refused_leaves_no_entry(api, aydin, borealis):
    assert api("GET", "/products", seller=aydin)[1].status_code == 200
    assert api("POST", "/keys", {"name": "x"}, seller=aydin)[1].status_code == 422
    person = create_user(username="leyla", password=PASSWORD, role="clerk", seller_id=aydin.id)
    assert api("POST", f"/users/{person.id}/deactivate", seller=borealis)[1].status_code == 404
    assert api("POST", "/keys", {"name": "x", "role": "clerk"}, seller=aydin, role="manager")[1].status_code == 403

    assert entries() == []


def test_rows_that_a_body_names_are_written_down_by_id(api, aydin):
    product = Product.objects.create(seller=aydin, product_ref="1", title="Çay bardağı")
    cell = {"id": product.id, "field": "brand", "was": "", "value": "Gizli"}

    _, answer = api("PATCH", "/products", {"cells": [cell]}, seller=aydin)

    assert answer.status_code == 200, answer.content
    assert [(e.fields, e.subject_ids) for e in entries()] == [(["cells"], [product.id])]


def test_a_repeated_request_is_written_down_once(client, aydin):
    _, key = create_api_key(name="x", seller_id=aydin.id, role="owner")
    given = {"Authorization": f"Bearer {key}", "Idempotency-Key": "1"}

    for _ in range(2):
        client.post("/api/v1/keys", {"name": "ERP", "role": "clerk"}, "application/json", headers=given)

    assert len(entries()) == 1


def test_a_button_of_the_panel_is_written_down_under_the_seller_of_its_row(client, aydin):
    create_user(username="op", password=PASSWORD, role="operator")
    person = create_user(username="leyla", password=PASSWORD, role="clerk", seller_id=aydin.id)
    client.login(username="op", password=PASSWORD)

    where = reverse("admin:accounts_user_press", args=[person.pk, "password"])
    assert client.post(where, {"password": "baska-bir-parola-18"}).status_code == 302

    (entry,) = entries()
    assert (entry.actor, entry.door, entry.seller_id) == ("op", "panel", aydin.id)
    assert entry.what == f"POST {where}"
    assert entry.fields == ["password"]
    assert "baska" not in str(vars(entry))


@pytest.fixture
def command(db, monkeypatch):
    """Runs a command on the test's database."""
    from entrepot.config import django

    @contextlib.contextmanager
    def running(**_):
        yield None

    monkeypatch.setattr(django, "running", running)
    return lambda *arguments, stdin=None: CliRunner().invoke(app, list(arguments), input=stdin)


def test_a_command_is_written_down_with_what_it_is_about_and_without_its_options_values(command):
    assert command("seller", "add", "aydin", "Aydın").exit_code == 0
    done = command("user", "add", "ayse", "--role", "owner", "--seller", "aydin", "--password-stdin", stdin=PASSWORD)
    assert done.exit_code == 0, done.output
    assert command("seller", "list").exit_code == 0

    assert [(e.what, e.door, e.actor) for e in entries()] == [
        ("entrepot seller add aydin Aydın", "command", "command line"),
        ("entrepot user add ayse", "command", "command line"),
    ]
    assert all("@" in e.came_from for e in entries())
    assert {"role", "seller"} <= set(entries()[1].fields)
    assert PASSWORD not in str([vars(e) for e in entries()])


def deed():
    return Deed("ayse", "owner", "api", "POST /x", "")


def seller(code):
    return Seller.objects.create(code=code, name=code)


def test_entry_and_change_are_there_together_or_not_at_all(transactional_db):
    with audited(deed):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            seller("a")
            raise ZeroDivisionError
        assert entries() == []
        with transaction.atomic():
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                seller("b")
                raise ZeroDivisionError
            assert entries() == []  # the savepoint took it along
            seller("c")
            seller("d")
        seller("e")

    assert [s.code for s in Seller.objects.order_by("code")] == ["c", "d", "e"]
    assert len(entries()) == 1


def test_a_single_statement_outside_of_a_transaction_gets_one_with_its_entry(transactional_db):
    seller("a")
    with audited(deed), pytest.raises(IntegrityError):
        Seller.objects.create(code="a", name="again")
    assert entries() == []

    with audited(deed):
        Seller.objects.filter(code="a").update(name="A")
    assert len(entries()) == 1
    assert connection.get_autocommit()


@pytest.mark.parametrize("role", ["entrepot_web", "entrepot_worker"])
@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entry SET actor = 'me'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"]
)
def test_entries_are_only_added(db, role, statement):
    with audited(deed):
        seller("a")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', %s, true), set_config('entrepot.sellers', '*', true)", [role])
        cursor.execute("SELECT count(*) FROM audit_entry")
        assert cursor.fetchone() == (1,)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            cursor.execute(statement)
        cursor.execute("SET LOCAL ROLE NONE")


def test_a_body_is_told_by_names_and_ids_whatever_is_in_it(rf, aydin):
    who = Actor("ayse", "owner", frozenset({aydin.id}))
    body = {
        "ids": [5, 5, -1, True, "7", 2**70],
        "name": "gizli",
        "Ayşe Yılmaz": 1,
        "x" * 80: 1,
        "cells": [{"id": 9}, 3],
    }
    request = rf.post("/api/v1/x\x00", json.dumps(body), "application/json")
    assert request.body

    deed = deed_of(request, who, "api")
    assert (list(deed.subject_ids), list(deed.fields)) == ([5, 9], ["cells", "ids", "name"])

    for odd in (b"[1]", b"{", b"\xff", b"", b"x" * 300_000, b"[" * 100_000):
        request = rf.post("/api/v1/x", odd, "application/json")
        assert request.body == odd
        assert deed_of(request, who, "api").fields == []
    chosen = rf.post(
        "/panel/orders/order/", {"_selected_action": ["4", "x"], "action": "hold", "csrfmiddlewaretoken": "t"}
    )
    deed = deed_of(chosen, who, "panel")
    assert (deed.what, deed.fields, deed.subject_ids) == ("POST /panel/orders/order/ hold", [], [4])


def test_owners_read_their_sellers_entries_and_the_operator_all(api, client, aydin, borealis):
    for who in (aydin, borealis):
        api("POST", "/keys", {"name": "ERP", "role": "clerk"}, seller=who)

    assert isinstance(admin.site._registry[AuditEntry], AuditEntryPage)
    assert reverse("api-1:list_audit") == "/api/v1/audit"
    _, own = api("GET", "/audit", seller=aydin)
    assert [e["seller_id"] for e in own.json()["items"]] == [aydin.id]
    _, every = api("GET", "/audit", role="operator")
    assert [e["seller_id"] for e in every.json()["items"]] == [borealis.id, aydin.id]
    some = every.json()["items"][0]["actor"]
    assert [
        e["actor"] for e in api("GET", f"/audit?actor={some.replace(' ', '%20')}", role="operator")[1].json()["items"]
    ] == [some]
    assert api("GET", "/audit", seller=aydin, role="manager")[1].status_code == 403

    for name, role, status in (("sahip", "owner", 200), ("yonetici", "manager", 403)):
        create_user(username=name, password=PASSWORD, role=role, seller_id=aydin.id)
        client.login(username=name, password=PASSWORD)
        answer = client.get(reverse("admin:audit_auditentry_changelist"))
        assert answer.status_code == status
        assert answer.content.decode().count("/api/v1/keys") == (1 if status == 200 else 0)
