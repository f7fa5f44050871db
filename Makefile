# Every target's logic is a small program in tools/; see `make help`.
PYTHON := $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help python venv venv-dev lock run test lint fuzz faults histories fault-table bench alerts-test hosts-test image-test upgrade-test boards version release sbom page serve worker beat flower

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

python:
	@test -n "$(PYTHON)" || { echo "Modwatch needs Python 3.11 or newer as python3 on the PATH"; exit 1; }

venv: python ## .venv with what runs in production
	@exec $(PYTHON) tools/venv.py requirements.lock

venv-dev: python ## .venv with what tests and lint need as well
	@exec $(PYTHON) tools/venv.py requirements-dev.lock

lock: venv-dev ## new lock files after a change of requirements*.txt; MORE=--upgrade moves all
	@$(BIN)/python -m tools.lock $(MORE) && exec $(PYTHON) tools/venv.py requirements-dev.lock

run: venv ## everything on this machine, with demo guilds
	@exec $(BIN)/python -m tools.run --parent $$PPID

test: venv-dev ## lint, then every test on SQLite and PostgreSQL
	@exec $(BIN)/python -m tools.check

lint: venv-dev ## ruff, mypy, import-linter, eslint
	@exec $(BIN)/python -m tools.lint

fuzz: venv-dev ## 30,000 requests at random, as an owner and as nobody, held to the document
	@MODWATCH_SCHEMATHESIS_REQUESTS=30000 exec $(BIN)/python -m pytest -s tests/api/test_schemathesis.py

bench: venv-dev ## benchmarks; ROW=read runs one
	@exec $(BIN)/python -m benchmarks $(ROW)

faults: venv-dev ## the tests that kill, many times over
	@MODWATCH_TEST_KILLS=34 MODWATCH_TEST_SENDER_KILLS=100 MODWATCH_TEST_ALERTS=200 \
		$(BIN)/python -m pytest -q -n0 tests/faults/test_senders.py tests/faults/test_killed_senders.py \
		tests/faults/test_killed_exports.py tests/faults/test_killed_reports.py tests/faults/test_many_reports.py \
		tests/faults/test_many_alerts.py tests/faults/test_alerts.py tests/faults/test_downtime.py
	@MODWATCH_TEST_EXAMPLES=80 $(BIN)/python -m pytest -q -n0 tests/services/alerts/test_histories.py

histories: venv-dev ## ten times as many random examples; quiet hours and reports in every zone
	@MODWATCH_TEST_EXAMPLES=10 MODWATCH_TEST_ALL_ZONES=1 $(BIN)/python -m pytest -q -n2 \
		tests/domain/test_report_times.py \
		$$(grep -rlE '(examples|tried)\(' tests --include='test_*.py')

fault-table: venv-dev ## what failing equipment does, measured, into docs/faults.md; needs root
	@exec $(BIN)/python -m benchmarks.faults

alerts-test: venv-dev ## real processes are killed, and a real Alertmanager tells it; some five minutes
	@exec $(BIN)/python -m tests.deployment.alarm

hosts-test: venv-dev ## hosts are cut from each other, RabbitMQ is killed; root, some five minutes
	@exec $(BIN)/python -m tests.hosts

image-test: venv-dev ## the image is built and its containers run; root, some ten minutes the first time
	@exec unshare --mount $(BIN)/python -m tests.deployment.image

upgrade-test: venv-dev ## FROM=v1.2.3 (else the last tag): its processes go on while this release migrates and takes their place
	@FROM=$(FROM) exec $(BIN)/python -m tests.deployment.rolling

boards: venv-dev ## Grafana boards, from tools/boards/ into compose/grafana/boards/
	@exec $(BIN)/python -m tools.boards

version: venv ## of this checkout
	@exec $(BIN)/python -c 'from adapters.version import VERSION; print(VERSION)'

release: venv ## TO=1.2.3: the version and CHANGELOG.md, to be committed and tagged
	@exec $(BIN)/python -m tools.release $(TO)

sbom: venv-dev ## what production is made of, as CycloneDX JSON on stdout
	@exec $(BIN)/python -m tools.sbom

page: venv ## dashboard/dist, which web processes hand out
	@exec $(BIN)/python -m tools.dashboard

serve: ## one web process
	@exec $(BIN)/gunicorn wsgi:app

worker: ## one Celery worker; QUEUES=long,... takes from these only
	@exec $(BIN)/celery -A celery_config -q worker --loglevel=warning $(if $(QUEUES),--queues=$(QUEUES))

beat: ## the one process that says when
	@exec $(BIN)/celery -A celery_config -q beat --loglevel=warning

flower: ## Celery's own web page; MORE=--port=5556 for another port
	@exec $(BIN)/python -m tools.flower $(MORE)
