# `make demo` and `make test` need Python 3.11+, make and git, and fetch the rest. Everything they fetch is pinned by hash
# (requirements.lock what digestbot runs with, requirements-dev.lock what its tests need too) and lands in .tools/ and
# .venv/, uv's cache too, unless UV_CACHE_DIR names another place for it.
PYTHON ?= python3
UV := .tools/bin/uv
BIN := .venv/bin
export UV_CACHE_DIR ?= $(CURDIR)/.tools/cache
RUNS := .venv/.runs
READY := .venv/.ready
FUZZ_RUNS ?= 1000000
CROSS_RUNS ?= 100000
CRASH_DELIVERIES ?= 100000
CRASH_KILLS ?= 100

.PHONY: help demo test check format lock bench crash fuzz schemas web screenshots clean

help:  ## these lines
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

demo: $(RUNS)  ## today's digest of content/ as Slack and Discord would get it, and a look-up answered
	@$(BIN)/digestbot demo

test: $(READY)  ## the test suite
	$(BIN)/python -m pytest

check: $(READY)  ## ruff, mypy --strict, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)  ## let ruff lay the code out
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

COMPILE := $(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
	--no-annotate --custom-compile-command 'make lock' pyproject.toml

lock: $(UV)  ## pin every dependency again, with hashes
	$(COMPILE) --upgrade --extra build -o requirements.lock
	$(COMPILE) --upgrade --all-extras --constraint requirements.lock -o requirements-dev.lock

bench: $(READY)  ## what is fast, measured, with the floor beside it
	@$(BIN)/python bench/reader.py
	@$(BIN)/python bench/themes.py
	@$(BIN)/python bench/lookup.py
	@$(BIN)/python bench/library.py
	@$(BIN)/python bench/curation.py
	@$(BIN)/python bench/store.py
	@$(BIN)/python bench/service.py
	@$(BIN)/python bench/slack.py

fuzz: $(READY)  ## FUZZ_RUNS hostile texts through rendering, and as many inputs for a coverage-guided fuzzer of notes; and CROSS_RUNS of two workspaces in one store
	$(BIN)/python tests/fuzz_rendering.py -runs=$(FUZZ_RUNS)
	$(BIN)/python tests/fuzz_notes.py -runs=$(FUZZ_RUNS)
	$(BIN)/python tests/fuzz_store.py -runs=$(CROSS_RUNS)

crash: $(READY)  ## CRASH_DELIVERIES digests due in one minute while workers are killed, frozen and starved; none lost, none doubled
	PYTHONPATH=tests $(BIN)/python -m crash.full --deliveries $(CRASH_DELIVERIES) --kills $(CRASH_KILLS)

schemas: $(READY)  ## generate tests/schemas/*.json again from the platforms' types; needs npm
	PYTHON=$(CURDIR)/$(BIN)/python tests/schemas/make.sh

web:  ## what `preview --html` shows messages with, bundled from npm; it lands in digestbot/_data/web
	cd web && npm ci --silent && npm run --silent build

screenshots: $(READY) web  ## the pictures of the README, made in Chromium from content/
	$(BIN)/python tests/screenshots.py

clean:  ## remove what the targets above made
	rm -rf .tools .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache dist web/node_modules digestbot/_data

# pip is the one tool that every Python brings along; where Debian leaves venv out, --target does without it.
$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "digestbot needs Python 3.11 or newer: make PYTHON=python3.12")'
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-warn-script-location --root-user-action=ignore --target .tools 'uv>=0.5,<1'

$(RUNS): requirements.lock | $(UV)
	@test -d .venv || $(UV) venv --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" .venv
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $(RUNS)

$(READY): requirements-dev.lock pyproject.toml | $(RUNS)
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements-dev.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $(READY)
