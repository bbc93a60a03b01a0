"""What a request may ask of the database: the rows of its sellers, also where the code forgets to say so."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connections, transaction
from django.http import JsonResponse
from django.urls import include, path

from entrepot.accounts.services import create_api_key
from entrepot.catalog.models import Product
from entrepot.web.bound import bound_to

SAID = "SELECT current_user, coalesce(current_setting('entrepot.sellers', true), '')"


def forgetful(request):
    """A view that asks for everybody's products."""
    return JsonResponse({"titles": sorted(Product.objects.values_list("title", flat=True))})


def careless(request, seller_id):
    """A view that writes under whatever seller it is told."""
    try:
        with transaction.atomic():
            Product.objects.create(seller_id=seller_id, product_ref="9", title="Sürahi")
    except DatabaseError as error:
        return JsonResponse({"refused": str(error)})
    return JsonResponse({"changed": Product.objects.filter(product_ref="1").update(title="Bizim")})


urlpatterns = [
    path("forgetful", forgetful), path("careless/<int:seller_id>", careless), path("", include("entrepot.config.urls")),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _urls(settings, tmp_path):
    settings.ROOT_URLCONF = __name__
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def products(aydin, borealis):
    """A product of each seller, with the same number."""
    for seller, title in ((aydin, "Çay bardağı"), (borealis, "Kahve fincanı")):
        Product.objects.create(seller=seller, product_ref="1", title=title)
    return aydin, borealis


def ask(client, where, seller=None, role="owner"):
    _, key = create_api_key(name="x", seller_id=seller and seller.id, role=role)
    return client.get(where, headers={"Authorization": f"Bearer {key}"}).json()


def test_a_view_that_forgets_the_seller_gives_only_what_is_the_callers(client, products):
    aydin, borealis = products

    assert ask(client, "/forgetful", aydin) == {"titles": ["Çay bardağı"]}
    assert ask(client, "/forgetful", borealis) == {"titles": ["Kahve fincanı"]}
    assert ask(client, "/forgetful", role="operator") == {"titles": ["Kahve fincanı", "Çay bardağı"]}
    assert client.get("/forgetful").json() == {"titles": []}


def test_a_view_that_writes_for_another_seller_is_refused_by_the_database(client, products):
    aydin, borealis = products

    assert "row-level security" in ask(client, f"/careless/{borealis.id}", aydin)["refused"]
    assert ask(client, f"/careless/{aydin.id}", aydin) == {"changed": 1}
    assert sorted(Product.objects.values_list("title", flat=True)) == ["Bizim", "Kahve fincanı", "Sürahi"]


@pytest.fixture
def pooled(transactional_db):
    """The default connection from a pool of one, as the web server's."""
    before = connections["default"]
    options = {**before.settings_dict["OPTIONS"], "pool": {"min_size": 1, "max_size": 1}}
    one = connections["default"] = type(before)({**before.settings_dict, "OPTIONS": options}, "default")
    yield one
    one.close()
    one.close_pool()
    connections["default"] = before


def test_nothing_of_it_is_left_for_the_next_request_on_the_same_connection(pooled, products):
    aydin, borealis = products
    with bound_to(frozenset({aydin.id})):
        assert [p.title for p in Product.objects.all()] == ["Çay bardağı"]
        first = pooled.connection.info.backend_pid
        assert pooled.connection.execute(SAID).fetchone() == ("entrepot", "")  # not even between two statements
        pooled.connection.rollback()
        with transaction.atomic():
            assert Product.objects.count() == 1
            assert pooled.connection.execute(SAID).fetchone() == ("entrepot_web", str(aydin.id))
    pooled.close()  # as at the end of a request: back to the pool

    with bound_to(frozenset({borealis.id})):
        assert [p.title for p in Product.objects.all()] == ["Kahve fincanı"]
        assert pooled.connection.info.backend_pid == first
    with bound_to(frozenset()):
        assert not Product.objects.exists()
    assert pooled.connection.execute(SAID).fetchone() == ("entrepot", "")
    assert Product.objects.count() == 2


def test_a_block_inside_another_ends_where_it_ends(products):
    aydin, borealis = products

    with bound_to(frozenset({aydin.id})):
        with bound_to(None):
            assert Product.objects.count() == 2
        assert [p.seller_id for p in Product.objects.all()] == [aydin.id]
        with pytest.raises(ZeroDivisionError), bound_to(frozenset({borealis.id})):
            raise ZeroDivisionError
        assert [p.seller_id for p in Product.objects.all()] == [aydin.id]
    assert Product.objects.count() == 2


def test_without_row_level_security_nothing_changes(products, settings):
    settings.ENTREPOT_WEB_ROLE = ""

    with bound_to(frozenset()):
        assert Product.objects.count() == 2
