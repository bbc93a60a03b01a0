"""New keys for the credentials of channels: everything is sealed anew, a kill loses nothing, old keys may go."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entrepot.channels.models import Channel
from entrepot.channels.services import rotate_secrets, stale_secrets, vault
from entrepot.core.errors import Refused

from ..goods_rows import store

pytestmark = pytest.mark.django_db
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def shops(aydin, borealis, settings):
    """Three channels of two sellers with credentials under the old key, and one without; the new key is in front."""
    settings.ENTREPOT_CREDENTIAL_KEYS = [OLD]
    rows = [store(aydin, "A"), store(borealis, "B"), store(aydin, "C")]
    for n, row in enumerate(rows):
        row.secrets, row.webhook_secret = vault.seal({"key": f"ck_{n}"}), vault.seal({"secret": f"wh_{n}"})
        row.save()
    bare = store(borealis, "bare")
    settings.ENTREPOT_CREDENTIAL_KEYS = [NEW, OLD]
    return [*rows, bare]


def opened() -> list[dict[str, str]]:
    rows = Channel.objects.system().order_by("id")
    return [vault.unseal(token) for row in rows for token in (row.secrets, row.webhook_secret)]


def test_after_a_rotation_the_old_key_may_go(shops, settings):
    before = opened()
    assert stale_secrets() == [row.id for row in shops[:3]]

    done = rotate_secrets()

    assert (done.rewritten, done.kept, done.lost) == (3, 1, ())
    settings.ENTREPOT_CREDENTIAL_KEYS = [NEW]
    assert opened() == before
    assert before[:2] == [{"key": "ck_0"}, {"secret": "wh_0"}]
    assert stale_secrets() == []


def test_a_killed_rotation_goes_on_where_it_stopped(shops, settings, monkeypatch):
    monkeypatch.setattr(vault, "_BATCH", 1)
    reseal, before = vault._reseal, opened()
    monkeypatch.setattr(vault, "_reseal", lambda row: killed() if row.id == shops[1].id else reseal(row))

    with pytest.raises(KeyboardInterrupt):
        rotate_secrets()
    assert opened() == before  # both keys are there: nothing is lost half-way
    assert stale_secrets() == [shops[1].id, shops[2].id]
    monkeypatch.setattr(vault, "_reseal", reseal)

    again = rotate_secrets()

    assert (again.rewritten, again.kept) == (2, 2)
    assert rotate_secrets() == vault.Rotation(rewritten=0, kept=4, lost=())
    settings.ENTREPOT_CREDENTIAL_KEYS = [NEW]
    assert opened() == before


def killed() -> bool:
    raise KeyboardInterrupt


def test_what_no_key_opens_is_named_and_left_and_the_rest_goes_on(shops, settings):
    lost = Fernet(Fernet.generate_key()).encrypt(b"{}")
    Channel.objects.system().filter(id=shops[0].id).update(webhook_secret=lost)

    done = rotate_secrets()

    assert (done.rewritten, done.kept, done.lost) == (2, 1, (shops[0].id,))
    row = Channel.objects.system().get(id=shops[0].id)
    assert bytes(row.webhook_secret) == lost
    assert vault.unseal(row.secrets) == {"key": "ck_0"}  # not half of a channel
    assert stale_secrets() == [shops[0].id]
    settings.ENTREPOT_CREDENTIAL_KEYS = [NEW]
    with pytest.raises(Refused, match="ENTREPOT_CREDENTIAL_KEYS"):
        vault.unseal(row.secrets)


def test_a_batch_is_written_at_once(shops):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        rotate_secrets()

    assert sum("UPDATE" in q["sql"].split("SET")[0] and "SELECT" not in q["sql"].split("SET")[0] for q in queries) == 1
