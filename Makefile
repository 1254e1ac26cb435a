# The commands of lossviz. Each sets up what it needs on first use, in .venv/.

# The first Python that is new enough: `python3` by choice, else a versioned one.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	echo $$python; break; fi; done)
SETUP = $(if $(PYTHON),$(PYTHON),$(error Python 3.11 or newer is needed)) .ci/setup.py
BIN = .venv/bin
# jlpm and Jupyter find Node and each other through the path.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONWARNINGS =

AS_ROOT = $(if $(filter 0,$(shell id -u)),--allow-root)
NO_BROWSER = $(if $(or $(CI),$(AS_ROOT),$(if $(or $(DISPLAY),$(WAYLAND_DISPLAY),$(filter Darwin,$(shell uname))),,none)),--no-browser)

KERAS_TESTS = tests/python/conformance tests/python/mistakes

.DEFAULT_GOAL = help
.PHONY: help lab test test-python test-keras test-browser bench bench-tasks lint protocol build clean

help: ## say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

lab: ## start JupyterLab on the quickstart notebook
	@$(SETUP)
	@$(BIN)/jupyter lab $(AS_ROOT) $(NO_BROWSER) $(LAB_ARGS) notebooks/01_quickstart.ipynb

test: ## run every test: TypeScript, Python, a real kernel, a real browser
	@$(SETUP) --chromium
	@cd labextension && jlpm test
	@$(MAKE) --no-print-directory -j3 -k -O test-python test-keras test-browser

# Side by side: a browser test mostly waits. The output of each comes when it has ended.
test-python: # all but Keras' set-ups
	@$(BIN)/python -m pytest tests/python $(KERAS_TESTS:%=--ignore=%) $(PYTEST_ARGS)

test-keras: # set-ups beside `fit`, and mistakes in them
	@$(BIN)/python -m pytest $(KERAS_TESTS) $(PYTEST_ARGS)

test-browser:
	@$(BIN)/python -m pytest tests/browser $(PYTEST_ARGS)

bench: ## run the benchmarks and print their table
	@$(SETUP) --chromium --bench
	@$(BIN)/python tests/benchmarks/run.py $(BENCH_ARGS)

bench-tasks: ## train what every task's lab trains by default, and write down what that reaches
	@$(SETUP)
	@PYTHONPATH="$(CURDIR)" $(BIN)/python tests/benchmarks/tasks.py --write $(BENCH_ARGS)

lint: ## ruff, mypy, tsc, eslint, prettier
	@$(SETUP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(PYTHON) .ci/protocol.py --check
	@cd labextension && jlpm lint:check

protocol: ## write the TypeScript types of messages from the Python ones
	@$(PYTHON) .ci/protocol.py

build: ## make the wheel and the sdist in dist/
	@$(SETUP)
	@$(BIN)/python -m build

clean: ## remove what was built and set up
	rm -rf .venv dist build lossviz/static lossviz/labextension labextension/lib \
		labextension/node_modules labextension/*.tsbuildinfo tests/output
