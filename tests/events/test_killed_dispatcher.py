"""kill -9 of dispatchers, again and again, loses no event and does nothing twice."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from urllib.parse import quote

import pytest
from django.db import connection

from entrepot.accounts.models import Seller
from entrepot.events.models import ParkedEvent
from entrepot.events.services import Happening, deliver_once, record_many, sequence_once
from entrepot.events.services.subscribers import Subscriber

KILLS, EVENTS = 4, 4000
TYPES = frozenset({"order.new"})
DISPATCHER = """
import threading, time
from entrepot.config.django import setup
setup()
from entrepot.accounts.models import Seller
from entrepot.events.dispatcher import Dispatcher
from entrepot.events.services.subscribers import Subscriber
from entrepot.events.services import deliver
deliver.LIST = 100

def effect(events):
    Seller.objects.bulk_create(Seller(code=f"k{e.seq}", name=e.key) for e in events)
    print("at work", flush=True)
    time.sleep(0.03)  # long enough to be killed between the effect and the cursor

Dispatcher([Subscriber("tests.killed", effect, frozenset({"order.new"}))], threads=1, stop=threading.Event()).run()
"""


def address():
    s = connection.settings_dict
    password = f":{quote(s['PASSWORD'])}" if s["PASSWORD"] else ""
    port = f"&port={s['PORT']}" if s["PORT"] else ""
    return f"postgresql://{quote(s['USER'])}{password}@/{s['NAME']}?host={quote(s['HOST'], safe='')}{port}"


def killed_at_work(home):
    """Run a dispatcher until it is at work, and kill it."""
    path = os.pathsep.join(p for p in sys.path if p)
    environment = {**os.environ, "PYTHONPATH": path, "DATABASE_URL": address(), "ENTREPOT_HOME": str(home)}
    process = subprocess.Popen([sys.executable, "-c", DISPATCHER], stdout=subprocess.PIPE, env=environment)
    with process:
        assert process.stdout.readline() == b"at work\n"
        time.sleep(0.01)
        process.kill()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_each_event_has_its_effect_once_however_often_the_dispatcher_is_killed(tmp_path):
    for n in range(KILLS):
        record_many([Happening("order.new", n * EVENTS + i, {}, 7) for i in range(EVENTS)])
        killed_at_work(tmp_path)

    def effect(events):
        Seller.objects.bulk_create(Seller(code=f"k{e.seq}", name=e.key) for e in events)

    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and (sequence_once() or deliver_once(Subscriber("tests.killed", effect, TYPES))):
        pass

    keys = sorted(int(name) for name in Seller.objects.values_list("name", flat=True))
    assert keys == list(range(KILLS * EVENTS))
    assert ParkedEvent.objects.count() == 0
