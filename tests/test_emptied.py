"""What one test commits, the next does not find; what the migrations wrote stays."""

from __future__ import annotations

import threading

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from entrepot.accounts.models import Seller
from entrepot.accounts.services import create_seller
from entrepot.core.clock import now
from entrepot.inventory.models import StockChange

from . import emptied
from .goods_rows import goods, market


def rows():
    """The tables that hold something, of all that a test can write to."""
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False))
    with connection.cursor() as cursor:
        found = set()
        for name in tables - emptied.KEPT:
            cursor.execute(f'SELECT EXISTS (SELECT FROM "{name}")')
            found |= {name} if cursor.fetchone()[0] else set()
    return found


def test_every_table_is_emptied_with_its_partitions_and_without_what_triggers_would_write(transactional_db):
    from entrepot.inventory.services import record_readings

    seller = create_seller(code="aydin", name="Aydın")
    market(seller)
    record_readings(seller_id=seller.id, readings=[(v.id, 5) for v in goods(seller, 3)], began_at=now())
    assert StockChange.objects.exists()

    emptied.empty()

    assert rows() == set()
    assert ContentType.objects.exists()


def test_a_table_that_has_grown_is_small_again(transactional_db):
    Seller.objects.bulk_create(Seller(code=f"s{i}", name="x" * 100) for i in range(5000))

    emptied.empty()

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size('accounts_seller')")
        assert cursor.fetchone() == (0,)


def test_who_still_writes_is_waited_for(transactional_db):
    has_written, may_commit = threading.Event(), threading.Event()

    def late():
        with transaction.atomic():
            create_seller(code="late", name="Late")
            has_written.set()
            may_commit.wait(10)
        connection.close()

    create_seller(code="aydin", name="Aydın")
    writer = threading.Thread(target=late)
    writer.start()
    has_written.wait(10)
    threading.Timer(0.1, may_commit.set).start()

    emptied.empty()

    writer.join()
    assert not Seller.objects.exists()
