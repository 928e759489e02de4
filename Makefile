# `make help` lists the targets. Only make, sh and Python 3.12 or newer are needed.
#
# Two environments, so that what runs is what requirements.lock says and nothing beside it:
# .venv from requirements.lock, .venv-dev from requirements-dev.lock.

.DEFAULT_GOAL := help
.PHONY: help setup run test lint ci demo audit bench chaos lock

# HOST, PORT, WORDKEEPER_DATA and the rest of .env.example pass through the environment.
DEMO_EMAIL ?= demo@example.org
DEMO_CALLS ?= 400

WANTED := $(shell cat .python-version)

# The first of these that is new enough and can make environments; `make PYTHON=…` goes first.
# A shim of pyenv may be on the path and yet have nothing behind it, so each is tried.
find_python = for python in "$(PYTHON)" python$(WANTED) \
		"$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/$(WANTED)*/bin/python \
		"$$(uv python find --no-python-downloads $(WANTED) 2>/dev/null)" \
		python3.13 python3.12 python3.14 python3 \
		"$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.1[2-9]*/bin/python \
		/usr/local/bin/python3 /usr/bin/python3; do \
	"$$python" -c 'import sys, ensurepip, sqlite3, ssl; sys.exit(sys.version_info < (3, 12))' \
		2>/dev/null && command -v "$$python" && break; done

python = $(or $(shell $(find_python)),$(error \
	Wordkeeper needs Python 3.12 or newer with its venv module: install python$(WANTED) \
	(Debian, Ubuntu: apt install python3-venv; macOS: brew install python@$(WANTED); \
	or pyenv install $(WANTED), or uv python install $(WANTED)) and run this again))

# $(call environment,folder,lock): made anew when the lock file is another than the one it was
# made from, or when its Python is gone; else nothing is done.
ready = $(shell cmp -s $(2) $(1)/made-from.lock && $(1)/bin/python -c '' && echo yes)
environment = $(if $(call ready,$(1),$(2)),,@echo "Making $(1) from $(2) …" && \
	rm -rf $(1) && "$(python)" -m venv $(1) && \
	$(1)/bin/python -m pip install -qq --disable-pip-version-check --no-input \
		--require-hashes --no-deps --requirement $(2) && \
	cp $(2) $(1)/made-from.lock)

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-6s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Start Wordkeeper (HOST, PORT, WORDKEEPER_DATA). Stop it with Ctrl-C.
	$(call environment,.venv,requirements.lock)
	@exec .venv/bin/python manage.py up

demo: ## Make an account with a year of calls and print its password.
	$(call environment,.venv,requirements.lock)
	@.venv/bin/python manage.py migrate --verbosity 0
	@.venv/bin/python manage.py demo --email $(DEMO_EMAIL) --calls $(DEMO_CALLS)

setup: ## Make both environments and prove that they work.
	$(call environment,.venv,requirements.lock)
	$(call environment,.venv-dev,requirements-dev.lock)
	@.venv/bin/python manage.py check
	@.venv-dev/bin/python -m pytest --quiet tests/engines/test_setup.py
	@echo "Ready: make run, make test."

test: ## Run the whole suite: SQLite, PostgreSQL with Redis, Chromium. ARGS="--only sqlite".
	$(call environment,.venv-dev,requirements-dev.lock)
	@.venv-dev/bin/python -m tests.run $(ARGS)

lint: ## Style, types, templates, import contract, missing migrations, settings.
	$(call environment,.venv-dev,requirements-dev.lock)
	@PATH="$(CURDIR)/.venv-dev/bin:$$PATH" sh .ci/lint

ci: ## Everything that CI runs: lint, then the tests with nothing left out.
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory test ARGS="--strict $(ARGS)"

bench: ## Print how long requests take with 100,000 calls. ARGS="--calls 1000 --only sqlite".
	$(call environment,.venv-dev,requirements-dev.lock)
	@.venv-dev/bin/python -m tests.bench $(ARGS)

chaos: ## Kill everything while reminders fall due, half an hour (docs/reliability.md). ARGS="--line 1 --short".
	$(call environment,.venv-dev,requirements-dev.lock)
	@.venv-dev/bin/python -m tests.chaos $(ARGS)

audit: ## The long runs: properties tried 20 times as often, broken files read for 10 minutes a kind, 200 browsers killed while a sheet is typed. SEED=7 repeats one.
	$(call environment,.venv-dev,requirements-dev.lock)
	@EXAMPLES=$(or $(EXAMPLES),20) .venv-dev/bin/python -m pytest -q -n 2 -m hypothesis \
		$(if $(SEED),--hypothesis-seed=$(SEED)) --ignore tests/browser tests
	@.venv-dev/bin/python -m tests.fuzz --minutes $(or $(MINUTES),10) $(if $(SEED),--seed $(SEED))
	@KILLED_SHEETS=$(or $(KILLED_SHEETS),200) .venv-dev/bin/python -m pytest -q tests/browser/test_killed_browser.py

lock: ## Write both lock files anew from pyproject.toml.
	@"$(python)" -m venv .venv-lock && .venv-lock/bin/pip install -qq uv
	@for group in "" dev; do \
		.venv-lock/bin/uv pip compile pyproject.toml $${group:+--group $$group} --upgrade --quiet \
			--universal --python-version 3.12 --generate-hashes \
			--no-header --no-annotate --no-emit-index-url --no-emit-find-links \
			--output-file requirements$${group:+-$$group}.lock || exit 1; \
	done
	@rm -rf .venv-lock
	@! grep -n '://\|^-\| @ ' requirements*.lock || { echo "An address is in a lock file."; exit 1; }
