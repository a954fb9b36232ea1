# `make demo` and `make test` need nothing but make and Python >= 3.12; each sets up .venv the first time.

VENV := .venv
BIN := $(VENV)/bin
# Small ones first; the second observes something, so it is sampled. Models in folders of models/ are left out.
SMALL := models/power-seeking.yaml src/cruxmap/examples/diagnosis/models/diagnosis.yaml
MODELS := $(SMALL) $(filter-out $(SMALL),$(wildcard models/*.yaml))

# The first interpreter that is new enough and can make environments. A name may exist and not run
# (pyenv's shims do that), so each one is tried. `make PYTHON=/path/to/python ...` overrides.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1 \
	&& echo $$python && break; done)

# Python compiles what it imports anyway; to compile all modules of all libraries takes a minute.
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile

# Python keeps what it compiled: else each of the tests' processes compiles all that it imports, for seconds.
unexport PYTHONDONTWRITEBYTECODE

# As `cruxmap` does it: numpy's threads would wait for one another at full speed, and each core has its tests.
test long: export OPENBLAS_NUM_THREADS := 1

.PHONY: help demo test long check format docs site bench clean

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 10

demo: $(VENV)/.installed  ## the main job on every model and an example: says what came out, writes figures/<model>/
	@set -e; for model in $(MODELS); do $(BIN)/cruxmap run $$model; done
	@echo
	@echo "Open this first, a page that answers when numbers are moved:"
	@echo "  $(CURDIR)/figures/deceptive-alignment/report.html"
	@echo "What came out, with the pictures that matter:"
	@echo "  $(CURDIR)/figures/deceptive-alignment/README.md"
	@echo "The program is there; call it so from any folder, nothing has to be activated:"
	@echo "  $(CURDIR)/$(BIN)/cruxmap new harvest"

test: $(VENV)/.installed-dev  ## the default tests (a few minutes)
	@$(BIN)/pytest -n 2 --dist worksteal

long: $(VENV)/.installed-dev  ## the tests that take longer
	@$(BIN)/pytest -m long -n 2 --dist worksteal

check: $(VENV)/.installed-dev  ## format, lint, types, import rules
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.installed-dev  ## rewrite the sources in the agreed format
	@$(BIN)/ruff check --fix-only
	@$(BIN)/ruff format

docs: $(VENV)/.installed-dev  ## regenerate docs/cli.md, the pictures in docs/ and the notebook for Jupyter
	@PYTHONPATH=tests $(BIN)/python docs/regenerate.py
	@$(BIN)/python notebooks/as_jupyter.py

site: $(VENV)/.installed-dev  ## the documentation as a site, in site/; a warning is an error
	@rm -rf site
	@$(BIN)/sphinx-build --quiet --fresh-env --nitpicky --fail-on-warning --keep-going \
	  --doctree-dir build/doctrees --conf-dir docs . site
	@echo "Open site/index.html: no server and no network is needed."

bench: $(VENV)/.installed-dev  ## ours against its peers; QUICK=1 only shows that everything works
	@PYTHONPATH=tests $(BIN)/python -m benchmarks $(if $(QUICK),--quick,--doc docs/performance.md)

clean:  ## remove the environment, the figures and all caches
	rm -rf $(VENV) build dist site .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find figures -mindepth 1 -not -path figures/README.md -delete
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.created:
	@test -n "$(PYTHON)" || { echo "cruxmap needs Python 3.12 or newer with the venv and ensurepip modules; none was found on PATH." >&2; exit 1; }
	@echo "Setting up $(VENV) with $(PYTHON) (once, less than a minute) ..." >&2
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: pyproject.toml | $(VENV)/.created
	@$(PIP_INSTALL) --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(VENV)/.created
	@$(PIP_INSTALL) --editable '.[dev]'
	@touch $@ $(VENV)/.installed
