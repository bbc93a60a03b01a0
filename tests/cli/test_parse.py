"""``entrepot connector parse`` ends with 0, 2 or 3, whatever the file holds, and never with a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from entrepot.config.cli.app import app

WHOLE, UNREADABLE, SET_ASIDE = 0, 2, 3
SAMPLES = Path(__file__).parents[2] / "src/entrepot/connectors/trendyol/samples"


def parse(*arguments):
    return CliRunner().invoke(app, ["connector", "parse", *map(str, arguments)])


@pytest.fixture
def packages():
    """A page of packages as Trendyol sends it: the connector's sample."""
    sample = json.loads((SAMPLES / "read_webhook.json").read_text("utf-8"))
    return json.loads(sample["body"])


def written(folder, content):
    path = folder / "file.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def test_a_file_that_is_mapped_whole_is_zero(tmp_path, packages):
    done = parse("trendyol", "package", written(tmp_path, packages), "--json")

    document = json.loads(done.output)
    assert done.exit_code == WHOLE
    assert [r["package_ref"] for r in document["records"]] == ["3400000008"]
    assert document["set_aside"] == []


def test_a_record_that_cannot_be_mapped_is_three_and_the_others_are_there(tmp_path, packages):
    good = packages["content"][0]
    packages["content"] = [good, {**good, "shipmentPackageId": 7, "status": "Teleported"}]

    done = parse("trendyol", "package", written(tmp_path, packages), "--json")

    document = json.loads(done.output)
    assert done.exit_code == SET_ASIDE
    assert len(document["records"]) == 1
    assert "Teleported" in document["set_aside"][0]["reason"]


def test_a_field_that_nobody_declared_is_told_and_changes_nothing(tmp_path, packages):
    packages["content"][0]["novelty"] = "x"

    done = parse("trendyol", "package", written(tmp_path, packages), "--json")

    assert done.exit_code == WHOLE
    assert [d["path"] for d in json.loads(done.output)["drift"] if "novelty" in d["path"]]


NASTY = {
    "empty": b"",
    "binary": bytes(range(256)),
    "no json": b"status: Created",
    "cut off": b'{"content": [{"status": "Cre',
    "NaN": b'{"content": [{"status": NaN}]}',
    "huge whole number": b'{"content": [{"shipmentPackageId": ' + b"9" * 6000 + b"}]}",
    "huge exponent": b'{"content": [{"shipmentPackageId": 1e999999999999}]}',
    "deep": b'{"content": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep in a record": b'{"content": [{"novelty": ' + b"[" * 900 + b"]" * 900 + b"}]}",
    "a number": b"7",
    "null": b"null",
    "texts": b'["a", "b"]',
    "half a pair": b'{"content": [{"status": "\\ud800"}]}',
    "NUL": b'{"content": [{"status": "\\u0000", "orderNumber": "\\u0000"}]}',
    "many": b"[" + b"{}," * 5000 + b"{}]",
}


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_file_is_two_or_three(tmp_path, name, as_json):
    path = written(tmp_path, NASTY[name])

    done = parse("trendyol", "package", path, *(["--json"] if as_json else []))

    assert done.exit_code in (UNREADABLE, SET_ASIDE), done.output
    assert isinstance(done.exception, SystemExit)
    assert "Traceback" not in done.output
    if as_json:
        assert json.loads(done.output)


@pytest.mark.parametrize(
    "arguments",
    [
        ("nowhere", "package", "FILE"), ("trendyol", "spaceship", "FILE"), ("", "", "FILE"),
        ("trendyol", "package", "/nowhere/at/all.json"), ("trendyol", "package", "/"), ("trendyol", "package", "a\0b"),
        ("trendyol", "package", "x" * 5000), ("trendyol", "package"), ("trendyol", "package", "FILE", "--setting", "x"),
        ("trendyol", "package", "FILE", "--nonsense"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_two(tmp_path, packages, arguments):
    path = str(written(tmp_path, packages))

    done = parse(*(path if a == "FILE" else a for a in arguments))

    assert done.exit_code == UNREADABLE
    assert "Traceback" not in done.output


def test_a_sample_of_a_connector_is_read_as_the_answer_that_it_holds():
    done = parse("trendyol", "package", SAMPLES / "package.json", "--json")

    assert done.exit_code == WHOLE
    assert len(json.loads(done.output)["records"]) == len(json.loads((SAMPLES / "package.json").read_text())["reply"])


@pytest.mark.parametrize(("name", "held"), [("pull_orders", "pages"), ("read_webhook", "body")])
def test_a_sample_of_several_answers_says_which_part_to_give(name, held):
    done = parse("trendyol", "package", SAMPLES / f"{name}.json")

    assert done.exit_code == UNREADABLE
    assert f"give what it holds under '{held}'" in done.output


@pytest.mark.skipif(os.getuid() == 0, reason="root reads every file")
def test_a_file_that_may_not_be_read_is_two(tmp_path, packages):
    path = written(tmp_path, packages)
    path.chmod(0)

    assert parse("trendyol", "package", path).exit_code == UNREADABLE


def test_an_endless_file_is_two():
    assert parse("trendyol", "package", "/dev/zero").exit_code == UNREADABLE


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_a_real_process_says_the_same_on_any_terminal(tmp_path, packages, encoding):
    packages["content"][0]["novelty"] = "çay \ud83c\udf75"
    command = [sys.executable, "-m", "entrepot.config.cli", "connector", "parse", "trendyol", "package"]
    command.append(str(written(tmp_path, packages)))

    done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "PYTHONIOENCODING": encoding})

    assert (done.returncode, done.stderr) == (WHOLE, b"")
    assert b"1 records" in done.stdout


def test_the_document_has_exactly_these_names(tmp_path, packages):
    good = packages["content"][0]
    packages["content"] = [{**good, "novelty": 7}, {**good, "shipmentPackageId": 8, "status": "Teleported"}]

    document = json.loads(parse("trendyol", "package", written(tmp_path, packages), "--json").output)

    assert set(document) == {"records", "drift", "set_aside"}
    assert [type(record) for record in document["records"]] == [dict]
    assert document["drift"] == [{"path": "novelty", "value": 7}]
    assert [set(aside) for aside in document["set_aside"]] == [{"where", "field", "reason"}]
    assert {type(text) for text in document["set_aside"][0].values()} == {str}
    assert (document["set_aside"][0]["where"], document["set_aside"][0]["field"]) == ("package 8", "status")


def test_a_record_without_a_name_is_told_by_its_place(tmp_path, packages):
    good = packages["content"][0]
    nameless = {**good, "shipmentPackageId": None}
    packages["content"] = [*[good] * 16, nameless, 7]

    document = json.loads(parse("trendyol", "package", written(tmp_path, packages), "--json").output)

    assert [a["where"] for a in document["set_aside"]] == ["record 17 of the page", "record 18 of the page"]
    assert document["set_aside"][1]["reason"] == "must be an object, not a number"


UNREADABLE_FILES = {
    "a name twice": (b'{"content": [{"status": "Created", "status": "Cancelled"}]}', "has the name 'status' twice"),
    "a page of nothing": (b'{"content": null}', "content must be a list"),
    "a huge whole number": (b'{"content": [{"id": ' + b"9" * 6000 + b"}]}", "a number beyond all measure"),
    "no text": (b"\xff\xfe\xff", "is not UTF-8"),
    "cut off": (b'{"content": [', "in line 1, column 14"),
}


@pytest.mark.parametrize("name", UNREADABLE_FILES)
def test_a_file_that_cannot_be_read_says_why_in_our_words(tmp_path, name):
    content, why = UNREADABLE_FILES[name]

    done = parse("trendyol", "package", written(tmp_path, content), "--json")

    assert done.exit_code == UNREADABLE
    assert why in json.loads(done.output)["error"]
    assert not any(word in done.output for word in ("sys.", "codec", "Error("))


@pytest.mark.parametrize(("alias", "kind"), [("order", "package"), ("product", "listing"), ("variation", "listing")])
def test_our_name_of_a_kind_reads_what_theirs_does(tmp_path, packages, alias, kind):
    pages = json.loads((SAMPLES / "pull_listings.json").read_text("utf-8"))["pages"]
    file = written(tmp_path, packages if kind == "package" else pages[0]["reply"])

    ours, theirs = (parse("trendyol", word, file, "--json") for word in (alias, kind))

    assert (ours.exit_code, ours.output) == (theirs.exit_code, theirs.output)
    assert json.loads(ours.output)["records"]


def test_a_kind_that_is_none_is_refused_with_all_names(tmp_path, packages):
    done = parse("trendyol", "parcel", written(tmp_path, packages))

    assert done.exit_code == UNREADABLE
    assert "order, package, product" in done.output
