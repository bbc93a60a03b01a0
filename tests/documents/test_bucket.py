"""Documents in a real bucket: written before their row, gone after it, the same on every machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import DatabaseError, connection, transaction

from entrepot.accounts.services import create_seller
from entrepot.config.storages import storages
from entrepot.core.clock import now
from entrepot.core.errors import Refused
from entrepot.documents import services as documents
from entrepot.documents.bucket import StorageBusy
from entrepot.documents.models import Document, Leftover
from entrepot.documents.tasks import sweep_documents

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def given():
    seller = create_seller(code="aydin", name="Aydın Züccaciye")
    return {
        "seller_id": seller.id, "kind": "label", "name": "Paket-1 ış.pdf", "media_type": "application/pdf",
        "content": b"%PDF-1\xff\x00",
    }  # fmt: skip


def test_a_document_is_kept_read_and_deleted(s3, given):
    before = s3.objects()

    kept = documents.keep(**given)

    assert documents.keep(**given).id == kept.id
    assert [o for o in s3.objects() if o not in before] == [kept.file.name]
    assert "Paket" not in kept.file.name  # names are in the database alone
    assert documents.content_of(Document.objects.for_seller(given["seller_id"]).get()) == b"%PDF-1\xff\x00"
    assert documents.delete(seller_id=given["seller_id"], document_ids=[kept.id]) == 1
    assert s3.objects() == before
    assert not Leftover.objects.exists()
    with pytest.raises(FileNotFoundError, match="is not in bucket labels"):
        documents.content_of(kept)


def address():
    s = connection.settings_dict
    password = f":{quote(s['PASSWORD'])}" if s["PASSWORD"] else ""
    port = f"&port={s['PORT']}" if s["PORT"] else ""
    return f"postgresql://{quote(s['USER'])}{password}@/{s['NAME']}?host={quote(s['HOST'], safe='')}{port}"


def test_another_process_reads_what_this_one_kept(s3, given):
    kept = documents.keep(**given)
    code = (
        "import django, sys; django.setup()\n"
        "from entrepot.documents.models import Document\n"
        "from entrepot.documents.services import content_of\n"
        f"sys.stdout.buffer.write(content_of(Document.objects.for_seller({given['seller_id']}).get(id={kept.id})))\n"
    )
    environment = {
        **os.environ, **s3.environment, "DATABASE_URL": address(), "DJANGO_SETTINGS_MODULE": "entrepot.config.settings",
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
    }  # fmt: skip

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, env=environment)

    assert done.stdout == b"%PDF-1\xff\x00", done.stderr.decode()[-800:]


def test_no_remote_call_is_made_inside_a_transaction(s3, given):
    with pytest.raises(Refused, match="inside an open transaction"), transaction.atomic():
        documents.keep(**given)

    assert not Document.objects.for_seller(given["seller_id"]).exists()


def test_a_file_whose_row_was_not_made_is_swept_and_not_before_it_could_have_been(s3, given, monkeypatch):
    before = s3.objects()

    def dies(**_):
        raise DatabaseError("the server went away")

    monkeypatch.setattr(Document.objects, "create", dies)
    with pytest.raises(DatabaseError):
        documents.keep(**given)
    assert len(s3.objects()) == len(before) + 1

    assert documents.sweep(at=now()) == 0  # somebody may be about to make its row
    assert documents.sweep(at=now() + timedelta(minutes=11)) == 1

    assert (s3.objects(), Leftover.objects.count()) == (before, 0)


def test_the_same_label_kept_by_two_at_once_is_one_row_and_one_object(s3, given):
    before, start, found = s3.objects(), threading.Barrier(4), []

    def run():
        start.wait()
        found.append(documents.keep(**given).id)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 4 and len(set(found)) == 1
    assert len(s3.objects()) == len(before) + 1
    assert not Leftover.objects.exists()


def test_what_a_store_that_is_away_does_not_delete_is_deleted_when_it_is_back(s3, given):
    before = s3.objects()
    kept = documents.keep(**given)
    s3.stop()
    try:
        assert documents.delete(seller_id=given["seller_id"], document_ids=[kept.id]) == 1
        with pytest.raises(StorageBusy, match="does not answer: S3_ENDPOINT_URL"):
            documents.keep(**given)
    finally:
        s3.start()
    assert kept.file.name in s3.objects()

    Leftover.objects.update(not_before=now())  # that of the file that could not be written, too
    sweep_documents(timestamp=0)

    assert (s3.objects(), Leftover.objects.count()) == (before, 0)


def test_nobody_reads_an_object_without_the_key(s3, given):
    import urllib.error
    import urllib.request

    kept = documents.keep(**given)

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{s3.address}/labels/{kept.file.name}", timeout=5)  # noqa: S310 - it is http
    assert refused.value.code == 403
    refused.value.close()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"bucket_name": "parcels"}, "no such bucket: S3_BUCKET"),
        ({"access_key": "somebody"}, "S3_ACCESS_KEY_ID"),
        ({"secret_key": "canary-secret"}, "S3_SECRET_ACCESS_KEY"),
        ({"endpoint_url": "http://127.0.0.1:9"}, "does not answer: S3_ENDPOINT_URL"),
    ],
)
def test_what_is_wrong_is_said_with_the_setting_to_look_at(s3, given, with_options, options, why):
    documents.require_storage()
    with_options(**options)

    for call in (documents.require_storage, lambda: documents.keep(**given)):
        with pytest.raises(StorageBusy, match=why) as told:
            call()
        assert "canary-secret" not in f"{told.value!r} {told.value}"
    assert not Document.objects.for_seller(given["seller_id"]).exists()


def test_a_worker_that_only_checks_says_it(s3, tmp_path):
    environment = {
        **os.environ, **s3.environment, "DATABASE_URL": address(), "ENTREPOT_HOME": str(tmp_path), "S3_BUCKET": "parcels",
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
    }  # fmt: skip
    command = [sys.executable, "-m", "entrepot.config.cli", "worker", "--no-migrate", "--check"]

    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)

    assert done.returncode == 1, done.stderr
    assert "bucket parcels: there is no such bucket: S3_BUCKET" in done.stderr
    assert s3.environment["S3_SECRET_ACCESS_KEY"] not in done.stderr + done.stdout


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"S3_ACCESS_KEY_ID": "k"}, "are set together"),
        ({"S3_ENDPOINT_URL": "store:9000"}, "S3_ENDPOINT_URL must be an address"),
    ],
)
def test_half_a_setting_is_refused(monkeypatch, given, why):
    assert "FileSystem" in storages()["default"]["BACKEND"]
    monkeypatch.setenv("S3_BUCKET", "labels")
    assert json.dumps(storages()["default"]).count("labels") == 1
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ValueError, match=why):
        storages()


def test_a_missing_package_is_said(monkeypatch):
    monkeypatch.setenv("S3_BUCKET", "labels")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(ValueError, match="needs the extra s3"):
        storages()


def test_files_on_this_machines_disk_need_no_bucket(settings, tmp_path, given):
    settings.MEDIA_ROOT = tmp_path

    documents.require_storage()
    kept = documents.keep(**given)

    assert (tmp_path / kept.file.name).read_bytes() == documents.content_of(kept) == given["content"]
