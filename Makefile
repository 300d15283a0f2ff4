# The daily commands. `make run` and `make test` are all that a new machine needs.
# On Windows there is no make: see the three lines in README.md.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary=:all:
LOCK := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe \
	--no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --annotation-style line

.DEFAULT_GOAL := help
.PHONY: help run test check format bench soak build lock check-wheels needs clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: needs $(VENV)/run.stamp ## start the program; without a screen, play a sample day into build/sample-day
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname)" != Linux ]; then \
		exec $(BIN)/python main.py; \
	else \
		echo "No screen here: a sample day goes to build/sample-day." >&2; \
		rm -rf build/sample-day && mkdir -p build && \
		QT_QPA_PLATFORM=offscreen exec $(BIN)/python main.py sample-day build/sample-day; \
	fi

test: needs $(VENV)/dev.stamp ## run all tests, on all cores up to four
	@$(BIN)/python -m pytest -q -n auto --maxprocesses 4 --max-worker-restart 0 --dist loadfile --no-loadscope-reorder

check: $(VENV)/dev.stamp ## formatting, lint, types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: $(VENV)/dev.stamp ## put the code into shape
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .

bench: needs $(VENV)/run.stamp ## measure against the floors of this machine, up to a million entries
	@$(BIN)/python -m bench --entries 10000,100000,1000000

soak: needs $(VENV)/dev.stamp ## the long tests: many minutes
	@$(BIN)/python -m pytest -q -m soak tests

build: needs $(VENV)/dev.stamp ## freeze the program and the verifier into dist/
	@$(BIN)/pyinstaller --noconfirm --log-level WARN --distpath dist --workpath build/pyinstaller pyinstaller.spec
	@du -sh dist/azukari dist/azukari-verify

lock: $(VENV)/dev.stamp ## pin the newest versions that the .in files allow
	@$(LOCK) --upgrade --output-file requirements.txt requirements.in
	@$(LOCK) --upgrade --output-file requirements-dev.txt requirements-dev.in

check-wheels: $(VENV)/dev.stamp ## every pinned package as a wheel for Windows and Linux
	@$(BIN)/python .ci/wheels.py

clean: ## remove what can be made again
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache

needs:
	@$(PYTHON) .ci/needs.py

$(BIN)/python:
	@$(PYTHON) .ci/needs.py
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt | $(BIN)/python
	@$(INSTALL) -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt | $(BIN)/python
	@$(INSTALL) -r requirements-dev.txt
	@touch $@ $(VENV)/run.stamp
