"""Sellers, people, keys and channels on the command line: what is added, and why something is not."""

from __future__ import annotations

import contextlib
import json

import pytest
from typer.testing import CliRunner

from entrepot.config.cli import session
from entrepot.config.cli.app import app


@pytest.fixture
def run(db, monkeypatch):
    """Runs a command on the test's database; its exit status and output."""
    from entrepot.config import django

    @contextlib.contextmanager
    def running(**_):
        yield None

    monkeypatch.setattr(django, "running", running)
    assert session.ready

    def invoke(*arguments, stdin=None):
        return CliRunner().invoke(app, list(arguments), input=stdin)

    return invoke


def refused(done):
    """The line on standard error of a command that ended with 1."""
    assert done.exit_code == 1, done.output
    assert "Traceback" not in done.output
    lines = [x for x in done.stderr.splitlines() if x]
    assert len(lines) == 1
    return lines[0]


def test_a_seller_is_added_once(run):
    added = json.loads(run("seller", "add", "aydin", "Aydın Züccaciye", "--json").output)

    assert (added["code"], added["name"]) == ("aydin", "Aydın Züccaciye")
    assert "code is taken" in refused(run("seller", "add", "aydin", "Another"))
    assert "lower-case" in refused(run("seller", "add", "Aydın", "x"))
    assert "name is empty" in refused(run("seller", "add", "x", "  "))
    assert [s["code"] for s in json.loads(run("seller", "list", "--json").output)] == ["aydin"]


def test_an_empty_list_says_how_to_begin_and_is_json_for_programs(run):
    assert "entrepot seller add" in run("seller", "list").output
    assert json.loads(run("seller", "list", "--json").output) == []
    assert json.loads(run("run", "list", "--json").output) == []
    assert json.loads(run("channel", "list", "--json").output) == []


def test_a_person_needs_a_good_password_and_a_seller_that_fits(run, aydin):
    add = ("user", "add", "ayse", "--password-stdin", "--role", "owner", "--seller")

    assert "no seller 'nobody'" in refused(run(*add, "nobody", stdin="uzun-bir-parola-17\n"))
    assert "password" in refused(run(*add, "aydin", stdin="123\n"))
    assert run(*add, "aydin", stdin="uzun-bir-parola-17\n").exit_code == 0
    assert "username is taken" in refused(run(*add, "aydin", stdin="uzun-bir-parola-17\n"))
    assert "no terminal" in refused(run("user", "add", "veli"))
    assert json.loads(run("user", "list", "--json").output)[0]["seller"] == "aydin"


def test_a_key_opens_until_it_is_revoked(run, aydin):
    from entrepot.accounts.services import authenticate_key

    made = json.loads(run("key", "add", "erp", "--seller", "aydin", "--scope", "orders:read", "--json").output)
    assert authenticate_key(made["key"]).scopes == frozenset({"orders:read"})

    prefix = made["key"].split("_")[1]
    assert run("key", "revoke", prefix).exit_code == 0
    assert authenticate_key(made["key"]) is None
    assert "revoked already" in refused(run("key", "revoke", prefix))
    assert "no key" in refused(run("key", "revoke", "0000000000"))
    assert json.loads(run("key", "list", "--seller", "aydin", "--json").output)[0]["state"] == "revoked"
    assert made["key"] not in run("key", "list", "--seller", "aydin").output
    assert "no keys of the operator (--seller CODE shows a seller's)" in run("key", "list").output


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (["--role", "boss"], "role is not one of"), (["--scope", "orders"], "is not like orders:read"),
        (["--expires", "tomorrow"], "is not an ISO 8601 time"), (["--role", "operator"], "seller must be set"),
    ],
)  # fmt: skip
def test_a_key_that_makes_no_sense_is_refused(run, aydin, more, why):
    assert why in refused(run("key", "add", "erp", "--seller", "aydin", *more))


SECRETS = json.dumps({"consumer_key": "ck_1", "consumer_secret": "cs_very_secret"})


def test_a_channel_is_added_from_a_file_of_secrets_and_never_shows_them(run, aydin):
    add = ("channel", "add", "woocommerce", "Dükkân", "--seller", "aydin", "--secrets-file", "-")

    made = run(*add, "--url", "http://127.0.0.1:9", "--json", stdin=SECRETS)

    assert json.loads(made.output)["state"] == "draft"
    assert "cs_very_secret" not in made.output + run("channel", "show", "Dükkân").output
    assert "of this name" in refused(run(*add, "--url", "http://127.0.0.1:9", stdin=SECRETS))


@pytest.mark.parametrize(
    ("more", "stdin", "why"),
    [
        (["--url", "http://127.0.0.1:9"], "{}", "consumer_key is missing"),
        (["--url", "ftp://x"], SECRETS, "must be an http or https address"),
        (["--url", "http://127.0.0.1:9"], "[1]", "must be an object of texts"),
        (["--url", "http://127.0.0.1:9"], "{", "is not JSON"),
        (["--url", "http://127.0.0.1:9", "--setting", "colour=red"], SECRETS, "is not a setting"),
        (["--url", "http://127.0.0.1:9", "--secret", "x"], SECRETS, "must be NAME=VALUE"),
        (["--url", "http://127.0.0.1:9", "--storefront", "XX"], SECRETS, "storefront"),
    ],
)  # fmt: skip
def test_a_channel_that_makes_no_sense_is_refused_and_leaves_no_trace(run, aydin, more, stdin, why):
    from entrepot.channels.models import Channel

    add = ("channel", "add", "woocommerce", "Dükkân", "--seller", "aydin", "--secrets-file", "-")

    assert why in refused(run(*add, *more, stdin=stdin))
    assert not Channel.objects.exists()


def test_a_channel_is_meant_by_number_or_by_a_name_of_its_own(run, aydin, borealis):
    for seller in ("aydin", "borealis"):
        run(
            "channel", "add", "woocommerce", "Shop", "--seller", seller, "--url", "http://127.0.0.1:9", "--secrets-file", "-",
            stdin=SECRETS,
        )  # fmt: skip

    assert "2 channels are called 'Shop'" in refused(run("channel", "pause", "Shop"))
    assert "no channel 'Market'" in refused(run("channel", "pause", "Market"))
    assert "are paused" in run("channel", "pause", "Shop", "--seller", "borealis").output
    found = {c["seller"]: c["is_paused"] for c in json.loads(run("channel", "list", "--json").output)}
    assert found == {"aydin": False, "borealis": True}


def test_a_channel_that_is_not_live_neither_pulls_nor_pushes(run, aydin):
    run(
        "channel", "add", "trendyol", "Market", "--seller", "aydin", "--url", "http://127.0.0.1:9", "--account", "1",
        "--secret", "api_key=k", "--secret", "api_secret=s", "--storefront", "TR",
    )  # fmt: skip

    assert "go-live" in refused(run("channel", "pull", "Market"))
    assert "go-live" in refused(run("channel", "push", "Market"))
    assert "was not checked yet" in refused(run("channel", "match", "Market"))
    assert "matched" in refused(run("channel", "go-live", "Market"))


def test_history_says_that_it_was_done_on_the_command_line(run, aydin):
    from entrepot.events.models import StateChange

    run(
        "channel", "add", "trendyol", "Market", "--seller", "aydin", "--url", "http://127.0.0.1:9", "--account", "1",
        "--secret", "api_key=k", "--secret", "api_secret=s",
    )  # fmt: skip

    assert run("channel", "retire", "Market").exit_code == 1  # nobody answered
    assert "is retired" in run("channel", "retire", "Market", "--yes").output
    change = StateChange.objects.get(machine="channel", event="retire")
    assert (change.actor, change.by) == ("seller", "command line")


def test_a_run_that_is_not_there_is_said_so(run):
    assert "no run 17" in refused(run("run", "show", "17"))
    assert "no run 17" in refused(run("run", "watch", "17"))


def test_a_person_gets_a_password_a_role_and_is_shut_out(run, aydin):
    run("user", "add", "ayse", "--password-stdin", "--role", "owner", "--seller", "aydin", stdin="uzun-bir-parola-17\n")

    assert "last active owner" in refused(run("user", "deactivate", "ayse"))
    assert "nobody called" in refused(run("user", "deactivate", "veli"))
    assert run("user", "password", "ayse", "--password-stdin", stdin="baska-bir-parola-18\n").exit_code == 0
    run("user", "add", "can", "--password-stdin", "--role", "owner", "--seller", "aydin", stdin="uzun-bir-parola-17\n")
    assert run("user", "role", "ayse", "clerk").exit_code == 0
    assert run("user", "deactivate", "ayse").exit_code == 0
    found = {u["username"]: (u["role"], u["is_active"]) for u in json.loads(run("user", "list", "--json").output)}
    assert found == {"ayse": ("clerk", False), "can": ("owner", True)}
    assert run("user", "reactivate", "ayse").exit_code == 0


def test_a_lock_out_is_lifted_by_name_or_address(run, aydin):
    from entrepot.accounts.services import begin_login
    from entrepot.core.clock import now

    run("user", "add", "ayse", "--password-stdin", "--role", "owner", "--seller", "aydin", stdin="uzun-bir-parola-17\n")
    for lift in (("ayse",), ("--address", "203.0.113.7")):
        for _ in range(5):
            begin_login(name="ayse", address="203.0.113.7", at=now())
        assert "counts as the first" in run("user", "unlock", *lift).output
    assert "nothing was counted" in run("user", "unlock", "ayse").output
    assert "nobody called" in refused(run("user", "unlock", "veli"))
    assert "no IP address" in refused(run("user", "unlock", "--address", "home"))
    assert "a name, or --address" in refused(run("user", "unlock"))


def test_rules_and_storefronts_are_set(run, aydin):
    run(
        "channel", "add", "trendyol", "Market", "--seller", "aydin", "--url", "http://127.0.0.1:9", "--account", "1",
        "--secret", "api_key=k", "--secret", "api_secret=s", "--storefront", "TR",
    )  # fmt: skip

    assert "approved by rule" in run("channel", "auto-approve", "Market").output
    assert json.loads(run("channel", "show", "Market", "--json").output)["is_auto_approving"] is True
    assert "wait for a person" in run("channel", "auto-approve", "Market", "--off").output
    assert "is closed; 0 listings" in run("channel", "storefront-close", "Market", "TR").output
    assert "closed already" in refused(run("channel", "storefront-close", "Market", "TR"))
    assert "it has TR" in refused(run("channel", "storefront-open", "Market", "DE"))
    assert "is open" in run("channel", "storefront-open", "Market", "TR").output


def test_work_is_left_to_a_worker_when_asked(run, aydin):
    run(
        "channel", "add", "trendyol", "Market", "--seller", "aydin", "--url", "http://127.0.0.1:9", "--account", "1",
        "--secret", "api_key=k", "--secret", "api_secret=s",
    )  # fmt: skip

    started = json.loads(run("channel", "check", "Market", "--background", "--json").output)

    assert started["state"] == "queued"
    assert json.loads(run("run", "show", str(started["run"]), "--json").output)["title"] == "Check Market"


def test_what_is_not_there_is_neither_replayed_nor_erased(run, aydin):
    assert "nothing is parked" in run("parked", "list").output
    assert "no parked event 8" in refused(run("parked", "replay", "8"))
    assert "no parked event 8" in refused(run("parked", "drop", "8", "--reason", "mended"))
    assert "no such order" in refused(run("buyer", "export", "--seller", "aydin", "--order", "1"))
    assert "say whose" in refused(run("buyer", "erase", "--seller", "aydin", "--yes"))
