# Needed: Python 3.11 or later with pip, and make. All else comes from PyPI and npm, into this folder.

PY ?= $(shell command -v python3.11 || command -v python3)
UV_VERSION := 0.13.8
RUN := .venv/bin/python -m devstack --tied
LOCK := UV_SYSTEM_CERTS=1 .boot/bin/uv pip compile -q --generate-hashes --no-emit-index-url --no-header --python-version 3.11
FRONT_END := $(shell find frontend -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
PYTEST := .venv/bin/python -m pytest -n 2

.DELETE_ON_ERROR:
.PHONY: demo demo-reset test test-shell check bench lock module shell ledger-check docs trading-server ready clean help

help: ## show what there is
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /|/' | column -t -s '|'

demo: ready ## start everything, play the story, serve until Ctrl-C (DEMO_ONCE=1: only the story)
	@$(RUN) demo

demo-reset: .venv/.ok ## forget everything that the demo has stored
	@$(RUN) reset

test: ready ## every test, browser and chaos included (ARGS="-k name" for some)
	@.venv/bin/python -m devstack.chromium
	@$(RUN) exec --profile test -- $(PYTEST) $(ARGS)

test-shell: ready ## a shell among the servers that the tests need
	@$(RUN) exec --profile test -- $(or $(SHELL),sh)

check: .venv/.ok ## style, types, import contracts, templates, migrations, lock files
	@$(RUN) exec --profile test -- .venv/bin/python -m devstack.checks

bench: ready ## measure, as a table and as var/bench.json
	@$(RUN) exec --profile test -- .venv/bin/python -m tests.bench

lock: .venv/.ok ## choose versions anew for requirements/*.txt and package-lock.json
	$(LOCK) requirements/base.in -o requirements/base.txt
	$(LOCK) requirements/dev.in -o requirements/dev.txt
	$(LOCK) requirements/docs.in -o requirements/docs.txt
	cd frontend && ../.venv/bin/python -m devstack.npm install --package-lock-only --ignore-scripts
	@.venv/bin/python -m devstack.locks

module: .venv/.ok ## begin a module: make module name=copytrading
	@.venv/bin/python -m devstack.module $(name)

shell: ready ## a Python shell among one broker's data: make shell tenant=alpha
	@$(RUN) exec -- .venv/bin/python platform/manage.py shell_in $(tenant)

ledger-check: ready ## prove the ledger of one broker: make ledger-check tenant=alpha
	@$(RUN) exec -- .venv/bin/python platform/manage.py ledger_check $(tenant)

docs: .local/docs/.ok ## the documentation as a site, in site/
	@.local/docs/bin/mkdocs build --strict --quiet

.local/docs/.ok: requirements/docs.txt
	@platform/devstack/environment.sh "$(PY)" $(UV_VERSION) $< .local/docs
	@touch $@

trading-server: .venv/.ok ## one more simulated trading server: make trading-server PORT=9443 SEED=2
	@$(RUN) trading-server --port $(or $(PORT),9443) --seed $(or $(SEED),2)

clean: ## remove what was built and installed; the demo's data stay
	rm -rf .venv .boot .local site frontend/dist frontend/node_modules
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .grimp_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

ready: .venv/.ok frontend/dist/.ok

.venv/.ok: requirements/dev.txt platform/devstack/environment.sh
	@echo "Installing the environment ..."
	@platform/devstack/environment.sh "$(PY)" $(UV_VERSION) $< .venv
	@touch $@

frontend/node_modules/.ok: frontend/package-lock.json | .venv/.ok
	@echo "Installing what the front end is built from ..."
	@cd frontend && ../.venv/bin/python -m devstack.npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

frontend/dist/.ok: frontend/node_modules/.ok $(FRONT_END)
	@echo "Building the front end ..."
	@cd frontend && ../.venv/bin/python -m devstack.npm run --silent build
	@touch $@
