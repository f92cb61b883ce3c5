# Sunlight: `make up` starts everything on this machine. `make help` lists the rest.
SHELL := /bin/sh
PYTHON := .venv/bin/python
LAUNCHER := $(PYTHON) -m launcher
MEMBERS := catalog department-client identity intake launcher portal publishing search shared sunlight supervision
.DEFAULT_GOAL := help
.PHONY: help bootstrap up down status logs scale test check bench relevance demo chaos contracts messages lock clean compose-env

help: ## Show what there is to do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

bootstrap: ## Create or refresh .venv from requirements.lock
	@deploy/native/bootstrap

up: bootstrap ## Start the whole stack and wait until all of it is ready
	@$(LAUNCHER) up

down: bootstrap ## Stop everything that `up` started; data stays
	@$(LAUNCHER) down

status: bootstrap ## Show programs, ports and health
	@$(LAUNCHER) status

logs: bootstrap ## Follow the logs: make logs [SERVICE=search]
	@$(LAUNCHER) logs $(SERVICE)

scale: bootstrap ## Change the replicas: make scale SERVICE=search [APIS=2] [WORKERS=3]
	@$(LAUNCHER) scale $(SERVICE) $(if $(APIS),--apis $(APIS)) $(if $(WORKERS),--workers $(WORKERS))

test: bootstrap ## Run every test; starts what they need by itself
	@$(LAUNCHER) browser
	@$(PYTHON) -m pytest $(ARGS)

check: bootstrap ## Lint, types, architecture rules, compose schema
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/mypy tests
	@.venv/bin/lint-imports
	@.venv/bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

bench: up ## Measure the figures on the running stack
	@$(PYTHON) -m tests.bench $(ARGS)

relevance: bootstrap ## Measure search on judged queries: ARGS="--quick --failures people", or --record
	@$(PYTHON) -m tests.relevance $(ARGS)

demo: up ## Walk through the main journey on the running stack
	@$(PYTHON) -m sunlight demo

chaos: bootstrap ## Break things under load and check that nothing is lost
	@$(PYTHON) -m pytest -o addopts= -s tests/chaos $(ARGS)

contracts: bootstrap ## Write the schemas, AsyncAPI and OpenAPI documents and docs/events.md from the code
	@$(PYTHON) -m shared.contracts

messages: bootstrap ## Bring the English catalogue of the public site up to date and list what is untranslated
	@$(PYTHON) -m portal.messages

lock: bootstrap ## Pin every dependency with its hash again
	@VIRTUAL_ENV=$(CURDIR)/.venv .venv/bin/uv pip compile -q pyproject.toml --group dev --generate-hashes \
		--python-version 3.11 --no-emit-index-url --no-header --no-annotate \
		$(foreach member,$(MEMBERS),--no-emit-package sunlight-$(member)) -o requirements.lock

compose-env: bootstrap ## Write the secrets and settings that docker-compose.yml reads
	@$(LAUNCHER) compose-env

clean: bootstrap ## Stop the stack, delete caches and .venv; with DATA=yes all its data too
	@$(LAUNCHER) down
	@$(if $(filter yes,$(DATA)),rm -rf "$${SUNLIGHT_STATE:-.sunlight}")
	@rm -rf .sunlight-test .sunlight-cache .venv .mypy_cache .ruff_cache .pytest_cache
