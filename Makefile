# Two commands are enough: `make demo` and `make test`. `make help` explains the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
T ?= tests
C ?=

.DEFAULT_GOAL := help
.PHONY: help setup up demo kafka s3 check format test test-pure conformance docs bench proof pins clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

$(VENV)/run.stamp: requirements/run.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

setup: $(VENV)/dev.stamp ## make the virtual environment with everything that tests, checks and benchmarks need

up: $(VENV)/run.stamp ## web, worker and dispatcher on this machine, with an embedded PostgreSQL
	$(BIN)/entrepot up $(ARGS)

demo: $(VENV)/run.stamp ## walk the main job against simulators; ARGS='--once --faults hard --seed 7'
	$(BIN)/entrepot demo $(ARGS)

kafka: ## a real Kafka broker on 127.0.0.1:9092 until Ctrl-C (needs Java and Maven)
	@$(PYTHON) tools/kafka/broker.py

s3: ## a real S3 server on 127.0.0.1:7070 until Ctrl-C (needs Go)
	@$(PYTHON) tools/s3/server.py

check: setup ## format, lint, types, import contracts, missing migrations, known vulnerabilities
	$(BIN)/ruff format --check src tests benchmarks proof
	$(BIN)/ruff check src tests benchmarks proof
	$(BIN)/mypy -p entrepot.core -p entrepot.kit -p entrepot.connectors
	$(BIN)/lint-imports
	$(BIN)/python tools/audit.py
	$(BIN)/python -m pytest -q -p no:cacheprovider tests/architecture

format: setup ## put the code into its form
	$(BIN)/ruff format src tests benchmarks proof
	$(BIN)/ruff check --fix --silent src tests benchmarks proof || true

test test-pure: export PYTHONDONTWRITEBYTECODE := # or each of the 100 processes that tests start compiles everything anew
test: setup ## every test; T=path for one file or folder
	@sh tools/chromium.sh
	$(BIN)/python -m pytest -q -n 4 --dist loadfile --no-loadscope-reorder $(T)

test-pure: setup ## the tests that touch no database: seconds
	$(BIN)/python -m pytest -q -n 2 --dist loadfile tests/core tests/kit tests/connectors

conformance: setup ## the conformance suite of a connector: C=trendyol, or of all
	$(BIN)/entrepot connector check $(C)

docs: setup ## make the diagrams of the states and the schemas of the events
	$(BIN)/python tools/diagrams.py
	$(BIN)/python tools/event_schemas.py

bench: setup ## measure; ARGS='NAME --json'
	$(BIN)/python -m benchmarks $(ARGS)

proof: setup ## kill -9 while people trade, then compare; ARGS='--minutes 5 --seed 7 --json'
	$(BIN)/python -m proof $(ARGS)

pins: ## pin requirements/*.in again, by hash and without addresses (needs uv)
	for n in run machines dev; do uv pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
		--python-version 3.11 -o requirements/$$n.txt requirements/$$n.in; done

clean: ## remove the virtual environment and everything that was started here
	rm -rf $(VENV) .entrepot build *.egg-info
