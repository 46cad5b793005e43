# Each target sets up what it needs on a machine with Python 3.11+ and make.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq install --require-hashes
LOCK := $(BIN)/uv pip compile --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-header --quiet
export PYTHONUNBUFFERED := 1

.PHONY: run test check bench demo lock schema snapshots

run: .venv/.installed
	@$(BIN)/python app.py serve

test: .venv/.installed-dev tests/node/node_modules
	@$(BIN)/python -m pytest --numprocesses logical --dist loadfile

check: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/python -m pytest --quiet tests/house

bench: .venv/.installed
	@$(BIN)/python -m benchmarks

demo: .venv/.installed
	@$(BIN)/python app.py demo

lock: .venv/.installed-dev
	$(LOCK) pyproject.toml --output-file requirements.txt
	$(LOCK) --extra dev pyproject.toml --output-file requirements-dev.txt

schema: .venv/.installed
	@new=$$(mktemp schema.XXXXXX) && trap 'rm -f '$$new EXIT && $(BIN)/python app.py schema > $$new && chmod 644 $$new && mv $$new schema.graphql

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	@$(PYTHON) -m venv .venv

# The reference servers that a few tests compare with; without Node these say so, and are skipped.
tests/node/node_modules: tests/node/package-lock.json
	@if command -v npm >/dev/null; then npm ci --silent --prefix tests/node && touch $@; fi || echo "Going on without npm's packages." >&2

.venv/.installed: requirements.txt | $(BIN)/pip
	@echo "Installing the requirements; this is done once."
	@$(PIP) --requirement requirements.txt
	@touch $@

.venv/.installed-dev: requirements-dev.txt | $(BIN)/pip
	@echo "Installing the requirements of development; this is done once."
	@$(PIP) --requirement requirements-dev.txt
	@touch $@ .venv/.installed

snapshots: .venv/.installed-dev
	FRONTDESK_RENEW_SNAPSHOTS=1 $(BIN)/python -m pytest --quiet tests/providers/mail/test_snapshots.py
