# The verbs of Parley. `make run` and `make test` are all that a newcomer needs.
PYTHON ?= python3
BIN := .venv/bin
PURE := negotiate representations models devices

.PHONY: run env test test-all check format bench fuzz

run: .venv/run
	$(BIN)/python run.py

env: .venv/dev

test: .venv/dev
	$(BIN)/python -m pytest -n auto -m "not slow"

test-all: test
	$(BIN)/python -m pytest -n auto --maxschedchunk 1 -m slow

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(PURE)

format: .venv/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

fuzz: export FUZZ_SECONDS ?= 300
fuzz: .venv/dev
	$(BIN)/python -m pytest -n auto tests/test_fuzz.py

bench: .venv/dev
	$(BIN)/python -m bench

.venv/run: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/dev: .venv/run requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@
