# The verbs for developers. They need python3 (3.11 or newer, with venv) and make; everything else
# is installed into .venv from the locks in requirements/, once. Nothing outside this folder changes.

PYTHON ?= python3
WORKERS ?= 2
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
VERSION := import sys; print("%d.%d" % sys.version_info[:2])
LOCKED := --quiet --no-deps --only-binary :all: --require-hashes
UV := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--only-binary :all: --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

# Settings of the shell that would lead Python or pip out of .venv, or forbid the editable install.
unexport PYTHONPATH PYTHONHOME PYTHONSAFEPATH VIRTUAL_ENV PIP_TARGET PIP_PREFIX PIP_ROOT PIP_REQUIRE_HASHES
export PIP_USER := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: FORCE help setup digits test bench papers screenshots check format lint types layers sizes records names doors words locks lock clean

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile
	@echo "  PYTHON=python3.12 chooses the interpreter; ARGS=... is added to digits, test, bench and papers"

digits: $(VENV)/installed ## set up, then train on MNIST
	@$(BIN)/chainrule train mnist --layers 784,256,10 --schedule cosine $(ARGS)

test: setup ## set up, then run all tests with branch coverage
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --cov --cov-report term $(ARGS)

bench: setup ## measure chainrule beside other libraries (25 minutes; ARGS=--quick tries it out)
	@$(BIN)/python benchmarks/bench.py $(ARGS)

papers: setup ## compute the papers' experiments and write them into docs/papers.md (10 minutes)
	@$(BIN)/python benchmarks/papers_page.py $(ARGS)

screenshots: setup ## make the pictures of docs/lab.md in Chromium
	@$(BIN)/python benchmarks/lab_screenshots.py

check: format lint types layers sizes records names doors words locks ## set up, then run every check below

format: setup ## is all Python formatted?
	@$(BIN)/ruff format --check .

lint: setup ## has the linter nothing to say?
	@$(BIN)/ruff check .

types: setup ## do the types hold?
	@$(BIN)/mypy --strict

layers: setup ## do imports flow one way?
	@$(BIN)/lint-imports --no-logo

sizes: setup ## are files one concept, functions one screen?
	@$(BIN)/python checks/sizes.py

records: setup ## have groups of values names, and stay frozen records as they are?
	@$(BIN)/python checks/records.py

names: setup ## are public names documented, in the field's words, and unique?
	@$(BIN)/python checks/names.py

doors: setup ## are the packages' exports true, typed, used and lazy?
	@$(BIN)/python checks/doors.py

words: setup ## are all files in plain English, without leftovers and this machine's paths?
	@$(BIN)/python checks/words.py

locks: setup ## do the locks fit pyproject.toml, and the installed packages each other?
	@$(BIN)/python checks/locks.py
	@$(BIN)/python -m pip check

lock: $(VENV)/made-in ## write the locks anew (ARGS=--upgrade for newer releases)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	$(UV) pyproject.toml --group build --group test --group check -o requirements/test.txt $(ARGS)
	$(UV) pyproject.toml --group build -c requirements/test.txt --no-annotate -o requirements/run.txt $(ARGS)
	$(UV) pyproject.toml --group build --extra serve -c requirements/test.txt --no-annotate -o requirements/serve.txt $(ARGS)

setup: $(VENV)/installed $(VENV)/tested-with ## install what the tests and checks need

clean: ## remove .venv and what tools left behind
	rm -rf $(VENV) .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# The files below are stamps: a second `make` sees them and installs nothing.

# This rule always runs, and writes its stamp only when it makes the environment: at first, after
# the folder has moved (scripts in .venv hold its path), or for another PYTHON.
$(VENV)/made-in: FORCE
	@version=$$("$(PYTHON)" -c '$(VERSION)' 2>/dev/null) || { \
		echo "make: expected a Python interpreter, got '$(PYTHON)', which does not run. Name another: make $(or $(MAKECMDGOALS),help) PYTHON=python3.12." >&2; exit 1; }; \
	if [ "$$(cat $@ 2>/dev/null)" = "$(CURDIR)" ] && made=$$($(BIN)/python -c '$(VERSION)' 2>/dev/null); then \
		if [ "$(origin PYTHON)" = file ] || [ "$$made" = "$$version" ]; then exit 0; fi; \
	fi; \
	"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "make: expected Python 3.11 or newer, got $$version ('$(PYTHON)'). Name another: make $(or $(MAKECMDGOALS),help) PYTHON=python3.12." >&2; exit 1; }; \
	"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "make: expected Python with venv, got '$(PYTHON)' without it. On Debian and Ubuntu: apt install python3-venv." >&2; exit 1; }; \
	if [ -e $@ ]; then clear=--clear; fi; \
	"$(PYTHON)" -m venv $$clear $(VENV) && echo "$(CURDIR)" > $@

$(VENV)/locked: requirements/run.txt $(VENV)/made-in
	@echo "Installing what chainrule needs into $(VENV), this once"
	@$(BIN)/python -m pip install $(LOCKED) -r requirements/run.txt
	@touch $@

$(VENV)/installed: pyproject.toml $(VENV)/locked
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/tested-with: requirements/test.txt $(VENV)/locked
	@echo "Installing what the tests and checks need into $(VENV), this once"
	@$(BIN)/python -m pip install $(LOCKED) -r requirements/test.txt
	@touch $@
