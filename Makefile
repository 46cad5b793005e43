# Each target sets up what it needs on a machine with Python 3.11+ and make.
PYTHON ?= python3
BIN := .venv/bin
export PYTHONUNBUFFERED := 1

.PHONY: run test check demo bench lock schema

run: .venv/.installed
	@$(BIN)/python app.py serve

