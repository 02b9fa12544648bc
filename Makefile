# Front door. A fresh machine needs Python 3.11 or newer, pip, make and git.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed-from-lock
KILLS ?= 200
LEDGER ?= sqlite

.DEFAULT_GOAL := help
.PHONY: help demo test chaos check format bench lock docs samples clean

help: ## say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(STAMP): locks/dev.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(STAMP) ## the main job on local stand-ins, with nothing to set up
	@$(BIN)/orderdrop demo

# many processes start: let the first one compile for all
test: export PYTHONDONTWRITEBYTECODE =
test: $(STAMP) ## every test
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

chaos: $(STAMP) ## kill real batches again and again, then count: make chaos KILLS=200 LEDGER=postgresql
	@$(BIN)/python -m tests.chaos --kills $(KILLS) --ledger $(LEDGER)

check: $(STAMP) ## lint, types, import contracts, docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	PYTHONPATH=. $(BIN)/cog -P --check README.md docs/*.md
	$(BIN)/python -m pytest -n 0 tests/test_docs.py

format: $(STAMP) ## let the formatter have its way
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(STAMP) ## write what is generated: the JSON Schema of mappings, the command reference
	$(BIN)/orderdrop mapping schema > mappings/mapping.schema.json
	PYTHONPATH=. $(BIN)/cog -P -r README.md docs/*.md

bench: $(STAMP) ## comparisons side by side, printed as ratios
	$(BIN)/python -m benchmarks

lock: ## resolve the dependencies anew (needs uv)
	uv pip compile -q pyproject.toml --extra sandbox --extra postgres --extra console --extra notices --group dev --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --upgrade -o locks/dev.txt
	uv pip compile -q pyproject.toml --extra sandbox --extra postgres --extra console --extra notices --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -c locks/dev.txt -o locks/runtime.txt
	echo hatchling | uv pip compile -q - --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -c locks/dev.txt -o locks/build.txt

clean: ## remove what was made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis orderdrop-demo
