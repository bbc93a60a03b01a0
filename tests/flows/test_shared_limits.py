"""Worker processes share a remote's limits through the database: the remote itself counts, and finds none exceeded."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from entrepot.channels.models import CallLog

from .world import MARKET

PROCESSES, SECONDS, ALLOWED, PER_S = 2, 11.5, 50, 10  # one endpoint of the marketplace: reference/trendyol.md, limits
CALLER = """
import sys, time
from entrepot.config.django import setup
setup()
from entrepot.channels import services
from entrepot.channels.models import Channel
from entrepot.core.errors import RemoteBusy
from entrepot.kit.requests import Window

client = services.client_for(Channel.objects.system().get(id=int(sys.argv[1])))
request = client.spec.can["pull_orders"].first(client.account, Window(since_ms=1, until_ms=2, page_size=1))
print("ready", flush=True)
sys.stdin.readline()
until, made = time.monotonic() + float(sys.argv[2]), 0
while time.monotonic() < until:
    try:
        client.send(request)
        made += 1
    except RemoteBusy as busy:
        assert busy.status is None, busy  # the budget, never the remote, says that it is enough
        time.sleep(min(busy.retry_after_s, 0.2))
print(made)
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_processes_together_stay_within_what_one_account_may(world, tmp_path):
    world.act(MARKET, "limits", enabled=True)
    CallLog.objects.all().delete()
    with ExitStack() as stack:
        callers = [stack.enter_context(_caller(world.market.id, tmp_path)) for _ in range(PROCESSES)]
        for caller in callers:
            stack.callback(caller.kill)
        assert [caller.stdout.readline() for caller in callers] == ["ready\n"] * PROCESSES

        for caller in callers:
            caller.stdin.write("\n")
            caller.stdin.flush()
        made = [int(caller.communicate(timeout=60)[0] or 0) for caller in callers]

    assert world.ledger(MARKET, "limit.exceeded") == []
    assert all(made), made
    assert ALLOWED < sum(made) <= 2 * ALLOWED  # all of the first window, and some of the next
    assert set(CallLog.objects.values_list("status", flat=True)) == {200}


def _caller(channel_id, home):
    known = connection.settings_dict
    url = f"postgresql://{quote(known['USER'])}@/{known['NAME']}?host={quote(known['HOST'], safe='')}&port={known['PORT']}"
    given = {**os.environ, "DATABASE_URL": url, "PGPASSWORD": known["PASSWORD"], "ENTREPOT_HOME": str(home)}
    given["ENTREPOT_CREDENTIAL_KEYS"] = ",".join(settings.ENTREPOT_CREDENTIAL_KEYS)
    given["PYTHONPATH"] = os.pathsep.join(p for p in sys.path if p)
    return subprocess.Popen(
        [sys.executable, "-c", CALLER, str(channel_id), str(SECONDS)],
        env=given, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
