# make run   start Oase with a demonstration company      make test   everything that CI runs
# make check types, style, architecture                   make bench  what docs/performance.md quotes
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
# two for each of the two cores that this is measured on: tests wait, too
PYTEST_WORKERS ?= 4
# the order of the tests is drawn anew each time; where a run must be repeatable, from one seed
SEED := $(if $(CI),--randomly-seed=20261122)

.PHONY: run test check collected prism synapse bluesky unit browser faults bench requirements servers clean

run: .venv/run-installed
	@exec $(BIN)/oase run

# first what waits for the network and what one core does, side by side; then the tests, which want both cores
test: .venv/bin/python
	$(MAKE) -j6 --no-print-directory bluesky servers check collected prism synapse
	$(MAKE) --no-print-directory unit
	$(MAKE) --no-print-directory faults

check: .venv/dev-installed
	$(BIN)/ruff check src tests bench tools
	$(BIN)/ruff format --check src tests bench tools
	$(BIN)/mypy
	$(BIN)/lint-imports

# what pytest makes of the sources of the tests is kept, so that its workers need not all do it
collected: .venv/dev-installed
	@found=$$(PYTHONDONTWRITEBYTECODE= $(BIN)/pytest --collect-only -qq -m "not faults" 2>&1) || { echo "$$found"; exit 1; }

prism: .venv/dev-installed
	@for one in prism smpp google discourse; do $(BIN)/python -m tests.servers.$$one; done

# the second tier: servers that take long to install, and then stay
synapse bluesky: .venv/dev-installed
	@$(BIN)/python -m tests.servers.$@

unit: .venv/dev-installed
	@tools/in-memory.sh $(BIN)/pytest -n $(PYTEST_WORKERS) --dist loadgroup -m "not faults" $(SEED)

faults: .venv/dev-installed
	$(BIN)/pytest -m faults -p no:randomly tests/faults

bench: .venv/dev-installed
	$(BIN)/python -m bench

servers:
	@sh tests/servers/install.sh || { [ -z "$$CI" ] && echo "Going on without: the tests that need them are skipped, each with its reason." >&2; }

.venv/bin/python:
	@tools/make-venv.sh $(PYTHON)

.venv/run-installed: requirements/run.txt pyproject.toml | .venv/bin/python
	@echo "Installing what Oase needs into .venv (once) ..."
	@tools/install.sh requirements/run.txt
	@touch $@

.venv/dev-installed: requirements/run.txt requirements/dev.txt pyproject.toml | .venv/bin/python
	@echo "Installing what the tests need into .venv (once) ..."
	@tools/install.sh requirements/run.txt requirements/dev.txt
	@touch $@ .venv/run-installed

# after a change of dependencies in pyproject.toml; what runs is held to what was tested
PIN := $(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11
requirements:
	$(PIN) --extra build --extra dev pyproject.toml -o requirements/dev.txt
	$(PIN) --extra build -c requirements/dev.txt pyproject.toml -o requirements/run.txt
	echo uv | $(PIN) -c requirements/dev.txt - -o requirements/uv.txt

clean:
	rm -rf .venv .test .oase
