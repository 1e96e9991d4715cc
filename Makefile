# Every target sets up what it needs from a bare Python 3.11 or newer; README.md has the same lines for Windows.
PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
PY := $(BIN)/python
# a test file stays in one process, so that what its fixtures make is made once
PYTEST := $(PY) -m pytest -n logical --maxprocesses 4 --dist loadfile

.DELETE_ON_ERROR:
.PHONY: help app demo docs test slow browser lint frame bench data lock clean

help:
	@echo "make app     open the demo in the browser: a street office that does not exist"
	@echo "make demo    plan three invented towns and a real place into ./out"
	@echo "make docs    build the documentation into ./out/docs (no network needed)"
	@echo "make test    the fast tests (browser tests where a browser can be had)"
	@echo "make slow    the slow tests: whole cities, mutations, notebooks, documents, every page on every screen"
	@echo "make browser all browser tests; pictures of every page go to ./out/screens"
	@echo "make lint    format, lint, types, import contracts, dead code"
	@echo "make frame   the tests of the project itself: budgets, documents, notebooks"
	@echo "make bench   solver, geometry and app against their peers, pipeline over sizes"
	@echo "make data    write the invented towns of data/ again"
	@echo "make lock    write constraints.txt again from a clean environment"

app: $(VENV)/.ready-app
	$(PY) -m gridplan app

demo: $(VENV)/.ready-demo
	$(PY) -m gridplan demo --out out
	@echo "make app     opens the demo in the browser"

docs: $(VENV)/.ready-docs
	$(PY) -m sphinx -W --keep-going -q -j auto -b html docs out/docs
	@echo "out/docs/index.html"

test: $(VENV)/.ready-dev
	$(PY) .ci/browser.py
	$(PYTEST) -m "not slow and not bench"

slow: $(VENV)/.ready-dev
	$(PY) .ci/browser.py
	$(PYTEST) -m "slow and not bench"

browser: $(VENV)/.ready-dev
	$(PY) .ci/browser.py
	$(PYTEST) -m browser

lint: $(VENV)/.ready-dev
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(BIN)/lint-imports
	$(PY) -m vulture

frame: $(VENV)/.ready-dev
	$(PYTEST) -m "not slow and not bench" tests/project

bench: $(VENV)/.ready-bench
	$(PY) -m benchmarks.solver quality
	$(PY) -m benchmarks.solver even
	$(PY) -m benchmarks.solver few
	$(PY) -m benchmarks.solver scale
	$(PY) -m benchmarks.geometry
	$(PY) -m benchmarks.pipeline
	$(PY) -m benchmarks.app

data: $(VENV)/.ready-dev
	$(PY) data/make_town.py

lock:
	$(PYTHON) .ci/lock.py

clean:
	rm -rf $(VENV) out build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

# one environment, grown by the extra that a target names: .ready-dev = pip install -e .[dev]
$(VENV)/.ready-%: pyproject.toml constraints.txt
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'gridplan needs Python 3.11 or newer')"
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[$*]"
	@touch $@
