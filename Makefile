# The commands of lossviz. Each sets up what it needs in .venv/ on first use.

# The first Python that is new enough: preferably `python3`, else a versioned one.
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
.PHONY: help lab test test-python test-keras test-browser screenshots bench bench-tasks lint protocol translations build clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

lab: ## start JupyterLab with the quickstart notebook
	@$(SETUP)
	@$(BIN)/jupyter lab $(AS_ROOT) $(NO_BROWSER) $(LAB_ARGS) notebooks/01_quickstart.ipynb

test: ## run all tests: TypeScript, Python, a real kernel, a real browser
	@$(SETUP) --chromium
	@cd labextension && jlpm test
	@$(MAKE) --no-print-directory -j3 -k -O test-python test-keras test-browser

# In parallel: browser tests mostly wait. The output of each appears when it finishes.
test-python: ## run the Python tests, except the comparisons with Keras
	@$(BIN)/python -m pytest tests/python $(KERAS_TESTS:%=--ignore=%) $(PYTEST_ARGS)

test-keras: ## compare training set-ups with Keras' fit, and detect mistakes in them
	@$(BIN)/python -m pytest $(KERAS_TESTS) $(PYTEST_ARGS)

test-browser: ## run the tests in a real browser
	@$(BIN)/python -m pytest tests/browser -n 2 --dist loadfile $(PYTEST_ARGS)

screenshots: ## compare every state of a lab, both themes, three widths, with the stored pictures
	@$(SETUP) --chromium
	@LOSSVIZ_ALL_IMAGES=1 $(BIN)/python -m pytest tests/browser/test_screenshots.py $(PYTEST_ARGS)

bench: ## run the benchmarks and print their results
	@$(SETUP) --chromium --bench
	@$(BIN)/python tests/benchmarks/run.py $(BENCH_ARGS)

bench-tasks: ## train every task's default program, and record the results in notebooks/tasks.md
	@$(SETUP)
	@PYTHONPATH="$(CURDIR)" $(BIN)/python tests/benchmarks/tasks.py --write $(BENCH_ARGS)

lint: ## run ruff, mypy, tsc, eslint and prettier, and check generated files
	@$(SETUP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(PYTHON) .ci/protocol.py --check
	@$(PYTHON) .ci/translations.py --check
	@cd labextension && jlpm lint:check

protocol: ## generate the TypeScript message types from the Python ones
	@$(PYTHON) .ci/protocol.py

translations: ## extract the messages to translate
	@$(PYTHON) .ci/translations.py

build: ## build the wheel and the sdist in dist/
	@$(SETUP)
	@$(BIN)/python -m build

clean: ## remove everything that was built or set up
	rm -rf .venv dist build lossviz/static lossviz/labextension labextension/lib \
		labextension/node_modules labextension/*.tsbuildinfo tests/output
