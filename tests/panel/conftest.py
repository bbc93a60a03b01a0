from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client

from entrepot.accounts.services import create_user

from .rows import World

PASSWORD = "Züccaciye-2026!"


@dataclass
class People:
    """Who logs in: the operator, the two owners, and a clerk of the first seller."""

    operator: Client
    aydin: Client
    borealis: Client
    clerk: Client


@pytest.fixture(autouse=True)
def _light(settings, tmp_path):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # slowness is not what is tested
    settings.MIDDLEWARE = [m for m in settings.MIDDLEWARE if "whitenoise" not in m]  # it reads every file, each time
    settings.MEDIA_ROOT = tmp_path
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}}


@pytest.fixture
def log_in(db):
    def logged_in(name, role, seller=None) -> Client:
        user = create_user(username=name, password=PASSWORD, role=role, seller_id=seller and seller.id)
        client = Client()
        client.force_login(user)
        return client

    return logged_in


@pytest.fixture
def people(log_in, aydin, borealis) -> People:
    return People(
        operator=log_in("olga", "operator"),
        aydin=log_in("ayse", "owner", aydin),
        borealis=log_in("bjorn", "owner", borealis),
        clerk=log_in("kemal", "clerk", aydin),
    )


@pytest.fixture
def ours(aydin) -> World:
    """Two of everything that aydin has: a kit needs two."""
    return World(aydin).add(2)


@pytest.fixture
def theirs(borealis) -> World:
    """Two of everything that borealis has."""
    return World(borealis).add(2)
