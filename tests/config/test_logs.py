"""What a failure leaves in the log never shows what was in its variables."""

import json
import logging

import structlog

from entrepot.config.logs import configure


def test_a_traceback_names_the_error_and_hides_the_variables(capsys):
    before = logging.getLogger().handlers[:]
    configure(level="INFO", as_json=True)
    secret = "cs_" + "5" * 40
    try:
        raise RuntimeError("the remote did not answer")
    except RuntimeError:
        structlog.get_logger("t").exception("call.failed")
    written = capsys.readouterr().err
    logging.getLogger().handlers[:] = before

    entry = json.loads(written.strip().splitlines()[-1])
    assert entry["event"] == "call.failed"
    assert "the remote did not answer" in written
    assert secret not in written
    assert "locals" not in written
