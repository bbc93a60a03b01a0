"""What a user would write instead: a Django view that checks the key and hands the body to Celery, over Redis.

Runs in an environment of its own, which ``celery_peer`` makes; nothing of ours is imported.
"""

from __future__ import annotations

import hmac
import os
import sqlite3

from celery import Celery
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

settings.configure(
    SECRET_KEY=os.environ["PEER_KEY"], ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"],
    MIDDLEWARE=[f"django.{name}" for name in (
        "middleware.security.SecurityMiddleware", "middleware.common.CommonMiddleware",
        "middleware.csrf.CsrfViewMiddleware", "middleware.clickjacking.XFrameOptionsMiddleware",
    )],
)  # fmt: skip
app = Celery("peer", broker=os.environ["PEER_REDIS"])
app.conf.update(task_ignore_result=True, task_acks_late=True, worker_prefetch_multiplier=50)


@app.task
def keep(body: str) -> None:
    """Keep a delivery once."""
    with sqlite3.connect(os.environ["PEER_FILE"], timeout=30) as database:
        database.execute("CREATE TABLE IF NOT EXISTS kept (body TEXT PRIMARY KEY)")
        database.execute("INSERT OR IGNORE INTO kept VALUES (?)", [body])


@csrf_exempt
def receive(request: HttpRequest) -> HttpResponse:
    """Answer as soon as Redis has the task."""
    if not hmac.compare_digest(request.headers.get("x-api-key", ""), os.environ["PEER_KEY"]):
        return HttpResponse(status=401)
    keep.delay(request.body.decode())
    return HttpResponse("taken")


urlpatterns = [path("", receive)]
application = get_wsgi_application()
