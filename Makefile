# Every target's logic is a small program in tools/; see `make help`.
PYTHON := $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help python venv venv-dev run test lint fuzz bench serve worker beat flower

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

python:
	@test -n "$(PYTHON)" || { echo "Modwatch needs Python 3.11 or newer as python3 on the PATH"; exit 1; }

venv: python ## .venv with what runs in production
	@exec $(PYTHON) tools/venv.py requirements.txt

venv-dev: python ## .venv with what tests and lint need as well
	@exec $(PYTHON) tools/venv.py requirements-dev.txt

run: venv ## everything on this machine, with demo guilds
	@exec $(BIN)/python -m tools.run --parent $$PPID

test: venv-dev ## lint, then every test on SQLite and PostgreSQL
	@exec $(BIN)/python -m tools.check

lint: venv-dev ## ruff, mypy, import-linter, eslint
	@exec $(BIN)/python -m tools.lint

fuzz: venv-dev ## 20,000 requests at random, as an owner and as nobody, held to the document
	@MODWATCH_SCHEMATHESIS_REQUESTS=20000 exec $(BIN)/python -m pytest -s tests/api/test_schemathesis.py

bench: venv-dev ## benchmarks; ROW=read runs one
	@exec $(BIN)/python -m benchmarks $(ROW)

serve: ## one web process
	@exec $(BIN)/gunicorn wsgi:app

worker: ## one Celery worker
	@exec $(BIN)/celery -A celery_config worker --loglevel=warning

beat: ## the one process that says when
	@exec $(BIN)/celery -A celery_config beat --loglevel=warning --schedule=var/beat

flower: ## Celery's own web page
	@exec $(BIN)/celery -A celery_config flower --address=127.0.0.1
