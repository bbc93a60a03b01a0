"""What is shipped to run on many machines fits the program: commands, settings, and a real nginx before two real webs."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import pytest
import typer
import yaml

from .test_stopping import running, until

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
READY_FILE = "/tmp/ready"  # noqa: S108 - of the container
OF_THE_IMAGES = {"POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB"}


@pytest.fixture
def services():
    return yaml.safe_load((DEPLOY / "compose.yml").read_text())["services"]


def example():
    lines = (DEPLOY / "compose.env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_the_command_of_every_service_of_ours_is_one_of_our_command_line(services):
    from entrepot.config.cli.app import app

    group = typer.main.get_command(app)
    ours = {n: s["command"] for n, s in services.items() if s.get("image") == "entrepot" and "entrypoint" not in s}

    assert {"web-1", "web-2", "worker-1", "worker-2", "dispatcher", "relay", "consumer", "migrate"} <= set(ours)
    for name, (command, *arguments) in ours.items():
        context = group.commands[command].make_context(command, list(arguments))  # raises at an option it has not
        assert context.args == [], name


def test_what_runs_for_long_is_looked_at_and_the_rest_ends(services):
    ours = {n: s for n, s in services.items() if s.get("image") == "entrepot"}
    ends = {n for n, s in ours.items() if s["restart"] == "on-failure"}

    assert ends == {"bucket", "migrate", "transport"}
    for name in set(ours) - ends:
        told = str(ours[name]["healthcheck"]["test"])
        assert ("/readyz" in told) if name.startswith("web") else (READY_FILE in told), name
        assert "--no-migrate" in ours[name]["command"], name


def test_every_setting_in_the_example_is_described_and_no_secret_is_in_it():
    page = (ROOT / "docs" / "settings.md").read_text()
    told = example()

    assert [n for n in told if n not in OF_THE_IMAGES and f"`{n}`" not in page] == []
    secrets = [n for n in told if re.search(r"PASSWORD|SECRET|_KEY", n)]
    assert len(secrets) >= 5
    assert [n for n in secrets if told[n]] == []


def test_images_are_named_plainly_and_packages_are_pinned_by_hash(services):
    images = {s["image"] for s in services.values()}
    docker = (DEPLOY / "Dockerfile").read_text()
    images |= set(re.findall(r"^FROM (\S+)", docker, re.MULTILINE))

    assert [i for i in images if "." in i.split("/")[0] and "/" in i] == []
    assert "--require-hashes -r requirements/machines.txt" in docker
    assert "\nUSER 10001\n" in docker
    pinned = (ROOT / "requirements" / "machines.txt").read_text()
    assert all(f"\n{name}==" in f"\n{pinned}" for name in ("boto3", "confluent-kafka", "django-storages", "django"))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def configured(folder, port, webs):
    """Our nginx.conf, on ports of loopback and in a folder of the test's."""
    text = (DEPLOY / "nginx.conf").read_text().replace("listen 8080", f"listen 127.0.0.1:{port}")
    for number, web in enumerate(webs, start=1):
        assert f"server web-{number}:8000" in text
        text = text.replace(f"web-{number}:8000", f"127.0.0.1:{web}")
    kept = "".join(f"{w}_temp_path {folder}/{w};" for w in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    text = text.replace("http {", f"http {{ access_log off; {kept}")
    path = folder / "nginx.conf"
    path.write_text(f"pid {folder}/pid; daemon off; error_log {folder}/error.log;\n{text}")
    return path


def status(port, path, body=None):
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=body)
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:  # noqa: S310 - it is http
            return answer.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return None


class Callers:
    """Two threads that ask again and again, one by GET and one by POST; ``seen`` is what they were told."""

    def __init__(self, port):
        self.port, self.over, self.seen = port, threading.Event(), {"GET": set(), "POST": set()}
        calls = [("GET", "/healthz", None), ("POST", "/hooks/none", b"{}")]
        self.threads = [threading.Thread(target=self.run, args=call) for call in calls]

    def run(self, method, path, body):
        while not self.over.is_set():
            self.seen[method].add(status(self.port, path, body))

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_people_notice_nothing_when_one_web_server_is_killed_and_another_is_stopped(tmp_path):
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is not installed (Debian: nginx-light)")
    port, webs, homes = free_port(), [free_port(), free_port()], [tmp_path / "a", tmp_path / "b"]
    for home in homes:
        home.mkdir()
    web = ("web", "--no-migrate", "--drain-s", "1", "--port")
    with ExitStack() as stack:
        first, second = (stack.enter_context(running(h, *web, str(p))) for h, p in zip(homes, webs, strict=True))
        command = [nginx, "-c", str(configured(tmp_path, port, webs)), "-p", str(tmp_path)]
        proxy = stack.enter_context(subprocess.Popen(command, stderr=subprocess.DEVNULL))
        stack.callback(proxy.terminate)
        until(lambda: all(status(p, "/healthz") == 200 for p in (*webs, port)))
        assert (status(port, "/metrics"), status(port, "/readyz")) == (404, 404)

        with Callers(port) as callers:
            time.sleep(0.5)
            stop_hard(first)
            time.sleep(1)
        assert callers.seen["GET"] == {200}
        assert callers.seen["POST"] <= {404, 502}  # nobody has this token; never a yes, and never silence

        stack.enter_context(running(homes[0], *web, str(webs[0])))
        until(lambda: status(webs[0], "/healthz") == 200)
        time.sleep(1)  # fail_timeout: now the proxy asks it again
        with Callers(port) as callers:
            time.sleep(0.5)
            second.send_signal(signal.SIGTERM)
            second.wait(30)
            time.sleep(0.5)
        assert callers.seen["GET"] == {200}
        assert 404 in callers.seen["POST"] and callers.seen["POST"] <= {404, 502}


def stop_hard(web):
    """kill -9 of the process that watches and of those that serve."""
    children = subprocess.run(["pgrep", "-P", str(web.pid)], capture_output=True, text=True, check=False).stdout.split()
    for pid in (str(web.pid), *children):
        subprocess.run(["kill", "-9", pid], check=False)
    web.wait(10)
