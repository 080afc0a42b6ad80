# Everything happens in .venv; nothing outside this folder is touched.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
SLUG := us-belarus
RECORD := data/us-belarus.ndjson
TITLE := US–Belarus talks on political prisoners, 2025
# One more than the machine has cores: a good part of the tests waits for a server, a browser or a clock.
WORKERS ?= 3
# What Python compiled is kept, wherever this is run: tests start it hundreds of times.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test check bench bench-large faults docs lock format clean

help: ## say what each command does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

run: $(VENV)/.run ## install, load the US–Belarus record once, and serve it
	@$(BIN)/parley db upgrade
	@$(BIN)/parley show $(SLUG) --json >/dev/null 2>&1 \
	  || $(BIN)/parley import $(SLUG) $(RECORD) --title "$(TITLE)" --party "United States" --party Belarus
	@exec $(BIN)/parley serve

test: $(VENV)/.dev ## every test, on SQLite and on PostgreSQL
	TMPDIR=$(TEST_FOLDER) $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(PYTEST)

check: $(VENV)/.dev ## lint, format, types and layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev ## measure on both databases, and write docs/benchmarks.md
	timeout --kill-after=60 1800 $(BIN)/python -m tests.benchmarks

bench-large: $(VENV)/.dev ## measure records of a million facts for an hour or more, and write docs/benchmarks-large.md
	timeout --kill-after=60 14400 $(BIN)/python -m tests.benchmarks --large

faults: $(VENV)/.dev ## kill, starve, unplug and forge it for an hour or two, and count what is left (as root)
	PARLEY_THOROUGH=1 TMPDIR=$(TEST_FOLDER) $(BIN)/python -m pytest -q -o faulthandler_timeout=14400 -n $(WORKERS) --dist loadgroup $(THOROUGH)
	[ ! -d $(POSTGRESQL_15) ] || PARLEY_TESTED_POSTGRESQL=$(POSTGRESQL_15) PARLEY_THOROUGH=1 TMPDIR=$(TEST_FOLDER) \
	  $(BIN)/python -m pytest -q -o faulthandler_timeout=14400 -n $(WORKERS) --dist loadgroup tests/machines
	PARLEY_THOROUGH=1 timeout 14400 $(BIN)/python -m tests.faults

docs: $(VENV)/.dev ## write the generated parts of the documentation again
	$(BIN)/python -m tests.generated

format: $(VENV)/.dev ## let ruff fix and lay out the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: ## pin every dependency again, by hash (needs uv)
	$(LOCK) --output-file requirements.lock
	$(LOCK) --extra dev --constraint requirements.lock --output-file requirements-dev.lock

clean: ## remove the environment and what the tools left (never parley.db)
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Databases of tests are thrown away: they lie in memory where there is room (8 GB), and wait for no disk to sync.
TEST_FOLDER = $(or $(TMPDIR),$(shell [ -w /dev/shm ] && [ "$$(df -Pk /dev/shm | awk 'END { print $$4 }')" -gt 8000000 ] \
  && echo /dev/shm || echo /tmp))

# Where Debian 12 has the programs of PostgreSQL, on which several machines are tried as well.
POSTGRESQL_15 = /usr/lib/postgresql/15/bin

# The tests that draw or try less each time than in their long form.
THOROUGH = tests/machines $(shell grep -rlE --include='test_*.py' 'tests.(thorough|on_sqlite)|from hypothesis|mark.(either_database|control|cases)' tests)

LOCK = uv pip compile pyproject.toml --group build --universal --python-version 3.11 \
  --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet $(LOCKFLAGS)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Parley needs Python 3.11 or newer: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes --no-deps --requirement requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(PIP) install --require-hashes --no-deps --no-build-isolation --requirement requirements-dev.lock
	@touch $@
