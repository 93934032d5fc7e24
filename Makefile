# The commands of OpenPARS. `make run` and `make test` need nothing before them.
.DEFAULT_GOAL := help
.PHONY: help setup setup-test run test lint format bench lock screenshots clean
BIN := .venv/bin

help: ## Say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

setup: ## Install OpenPARS into .venv and build its pages' files
	@scripts/setup run

setup-test: ## The same, and what tests need: a browser, PostgreSQL, the checkers
	@scripts/setup test

run: setup ## Start the site with demo data; prints the address and the demo sign-ins
	@$(BIN)/openpars serve --demo --data data/demo $(ARGS)

test: setup-test ## Run every test: on SQLite, on PostgreSQL, in a browser
	@scripts/test $(ARGS)

lint: setup-test ## Style, types, floors and migrations
	@scripts/lint

format: setup-test ## Put the code in shape
	@$(BIN)/ruff check --fix-only -q . ; $(BIN)/ruff format -q .

bench: setup-test ## Measure as ratios within one run; ONLY=name for one line of it
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/bench.txt
	@$(BIN)/python -m bench $(ONLY)

screenshots: setup-test ## Take pictures of every page, at 1280 and 390 wide, into screenshots/
	@$(BIN)/python -m scripts.screenshots

lock: ## Choose the newest allowed versions of everything and write down their hashes
	@scripts/lock

clean: ## Remove what setup made
	@rm -rf .venv frontend/node_modules src/openpars/web/static/openpars/built
