# One command sets everything up and opens the dashboard, one sets everything up and tests:
#   make dashboard REPO=/path/to/repo
#   make test
PYTHON ?= python3
REPO ?= .
VENV := .venv
BIN := $(VENV)/bin

.PHONY: dashboard test bench lint types lock clean

dashboard: $(VENV)/.installed
	$(BIN)/reviewgap dashboard "$(REPO)"

test: $(VENV)/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

# Ratios against plain git; more with: make bench REPOS="/path/a /path/b" SIZES=1000,10000,100000
REPOS ?=
SIZES ?= 1000,10000
bench: $(VENV)/.installed
	$(BIN)/python -P benchmarks/speed.py $(REPOS) --sizes "$(SIZES)"

# Exactly the versions of requirements.lock; the lock names no registry, pip's own setting does.
$(VENV)/.installed: pyproject.toml requirements.lock
	@echo "setting up $(VENV): about 800 MB, a minute or two"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	touch $@

$(VENV)/.tested: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --group dev
	touch $@

# New versions within the bounds of pyproject.toml, for the oldest supported Python.
lock: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-annotate \
	  --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) build dist
