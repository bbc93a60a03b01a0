"""The command line is quick because it imports nothing heavy, and says what to do when something is wrong."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from entrepot.config.cli.app import app
from entrepot.config.cli.guard import message
from entrepot.core.errors import Invalid, OutcomeUnknown, RemoteUnauthorised

HEAVY = ("django", "polars", "ninja", "procrastinate", "psycopg", "httpx", "starlette", "pydantic", "rich.table")
COMMANDS = [
    "up", "web", "worker", "dispatcher", "sandbox", "demo", "db status", "db psql", "db backup", "db restore",
    "seller add", "seller list", "user add", "user list", "key add", "key list", "key revoke", "channel add",
    "secrets add-key", "secrets rotate", "secrets drop-keys",
    "channel list", "channel check", "channel match", "channel pull", "channel push", "channel pause", "channel resume",
    "channel zero", "channel webhooks", "channel go-live", "connector list", "connector parse", "connector check",
    "run list", "run show", "run watch",
]  # fmt: skip


def test_nothing_heavy_is_imported_before_a_command_runs():
    code = f"import sys; import entrepot.config.cli.app; print([m for m in {HEAVY!r} if m in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command):
    done = CliRunner().invoke(app, [*command.split(), "--help"])

    assert done.exit_code == 0
    assert "Usage" in done.output


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["seller", "add"], ["sandbox", "--faults", "worst"], ["web", "--port", "0"]]
)
def test_wrong_usage_is_two(arguments):
    assert CliRunner().invoke(app, arguments).exit_code == 2


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Invalid("seller 'x'", "code", "is\ntaken"), "seller 'x': code is taken"),
        (RemoteUnauthorised("401"), "401; give new credentials, or the missing right at the remote"),
        (OutcomeUnknown("timed out", retry_after_s=7), "timed out; try again in 7 s"),
        (FileNotFoundError(2, "No such file or directory", "x.json"), "x.json: No such file or directory"),
        (KeyError("x"), None),  # a fault of ours keeps its traceback
    ],
)
def test_an_error_is_one_line_that_its_reader_can_act_on(error, told):
    assert message(error) == told


def test_installed_connectors_are_listed_with_their_kinds():
    done = CliRunner().invoke(app, ["connector", "list", "--json"])

    found = {row["slug"]: row for row in json.loads(done.output)}
    assert "package" in found["trendyol"]["kinds"]
    assert "product" in found["woocommerce"]["kinds"]
    assert found["trendyol"]["aliases"] == {"order": "package", "product": "listing", "variation": "listing"}
    listed = CliRunner().invoke(app, ["connector", "list"], env={"COLUMNS": "400"}).output
    assert "listing or product or variation, observed, package or order, " in listed
    assert found["woocommerce"]["credentials"] == ["consumer_key", "consumer_secret"]
