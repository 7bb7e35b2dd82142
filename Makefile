# Vigie: the two commands of the README are `make run` and `make test`.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
# AMX off: on a CPU that announces it, a quantised model can crash the process (ADR 0004).
NO_AMX := -mno-amx-tile -mno-amx-int8 -mno-amx-bf16
# Each worker loads the model: about 2 GB of memory. A file stays in one: it shares its houses.
WORKERS ?= 2
PARALLEL := -n $(WORKERS) --dist loadfile
# The quick tests write 200 MB, and wait for a disk at each commit; none of them pulls the plug.
IN_MEMORY := $(shell df -k --output=avail /dev/shm 2>/dev/null | awk '$$1+0 > 1000000 { print "PYTEST_DEBUG_TEMPROOT=/dev/shm" }')
UNAME_M := $(shell uname -m)
ifeq ($(UNAME_M),x86_64)
LLAMA := CMAKE_ARGS="-DCMAKE_C_FLAGS='$(NO_AMX)' -DCMAKE_CXX_FLAGS='$(NO_AMX)'"
endif

.DEFAULT_GOAL := help
.PHONY: help run test quick check lint format evaluate bench peers demo names screenshots clean

help: ## List these targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

run: $(VENV)/.installed ## Install, furnish the demo company, serve on http://127.0.0.1:8080
	@exec $(BIN)/python deploy/demo/run.py

test: $(VENV)/.developed ## Every test, on the real components
	$(BIN)/python -m pytest $(PARALLEL)

quick: $(VENV)/.developed ## The fast inner loop: no model, no server
	$(IN_MEMORY) $(BIN)/python -m pytest -q $(PARALLEL) -m "not slow" tests/unit tests/promises tests/contract tests/docs

check: lint evaluate test ## Exactly what CI runs

lint: $(VENV)/.developed ## ruff, mypy strict, import-linter, the demo company's binaries
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python deploy/demo/build.py --check

format: $(VENV)/.developed ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

evaluate: $(VENV)/.developed ## Quality on real data, where it is at hand
	$(BIN)/python -m pytest tests/evaluations -q -rs -s

bench: $(VENV)/.developed ## Speed, each figure beside its peer
	$(BIN)/vigie bench

peers: $(VENV)/.developed ## Build llama.cpp's own programs: `vigie bench llama_cpp` measures against them
	$(LLAMA) $(BIN)/python deploy/peers.py

demo: $(VENV)/.developed ## Build the demo company's DOCX, PDF and XLSX again
	$(BIN)/python deploy/demo/build.py

names: $(VENV)/.developed ## Learn the file of names again, where the sets are at hand
	$(BIN)/python deploy/names

screenshots: $(VENV)/.developed ## Photograph the pages for the README, with Chromium
	$(BIN)/python deploy/screenshots.py

clean: ## Remove the virtual environment; the state in var/ stays
	rm -rf $(VENV)

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	@echo "Installing Vigie. The first time takes about ten minutes: llama.cpp is compiled here."
	@echo "  1/3 the libraries"
	@$(BIN)/python deploy/requirements.py | $(BIN)/python -m pip install --quiet --requirement /dev/stdin
	@echo "  2/3 llama.cpp, compiled for this machine with AMX off (about 6 minutes on two cores)"
	@$(LLAMA) $(BIN)/python -m pip install --quiet "$$($(BIN)/python deploy/requirements.py llama-cpp-python)"
	@echo "  3/3 Vigie"
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

$(VENV)/.developed: $(VENV)/.installed
	@echo "  and what the tests need"
	@$(BIN)/python -m pip install --quiet --group dev
	@touch $@
