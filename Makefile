# make advise   advice for a real applicant
# make test     all tests (and a smaller set on every other Python that is present)
SHELL := /bin/bash
BIN := .venv/bin
APPLICANT := examples/comeback_low_score.yaml
SMOKE := tests/spec tests/unit/test_rete_memory.py tests/unit/test_rete_network.py tests/e2e/test_cli.py tests/e2e/test_examples.py

.PHONY: advise bench mutate test test-main test-others test-all test-long test-spark check docs proofs format constraints clean help

help:
	@echo "make advise       advice for the applicant in $(APPLICANT)"
	@echo "make test         all tests, and a smaller set on every other Python that is present"
	@echo "make test-all     all tests on every Python that is present"
	@echo "make test-long    the property tests with many more examples"
	@echo "make test-spark   what runs on Spark: in an environment of its own, needs Java"
	@echo "make mutate       which changes of the packs their tests do not notice; minutes"
	@echo "make bench        compares with other engines, and writes the page of it; long (QUICK=1: some 7 minutes)"
	@echo "make docs         writes the generated parts of the documentation again"
	@echo "make proofs       proves the packs, and writes the page of what is proved; minutes"
	@echo "make check        ruff, mypy --strict, import-linter"

.venv/.ready: pyproject.toml constraints.txt scripts/make-venv
	@python=$$(scripts/find-python main) && scripts/make-venv "$$python" .venv -e '.[dev]'

advise: .venv/.ready
	@$(BIN)/matchrules advise $(APPLICANT)

test: test-main test-others

test-main: .venv/.ready
	$(BIN)/python -m pytest -q -n 2

test-others: .venv/.ready
	@scripts/test-others $(SMOKE)

test-all: test-main
	@scripts/test-others

# what runs on Spark, in an environment of its own; needs a Java of 17 or later
test-spark: .venv-spark/.ready
	.venv-spark/bin/python -m pytest -q tests/spark

.venv-spark/.ready: pyproject.toml constraints.txt constraints-spark.txt scripts/make-venv
	@python=$$(scripts/find-python main) && scripts/make-venv "$$python" .venv-spark -e '.[spark,test]' pytest

test-long: .venv/.ready
	MATCHRULES_PROFILE=long $(BIN)/python -m pytest -q -n 2 --rules-cases 2000

# minutes: which changes of the packs their examples and properties do not notice
mutate: .venv/.ready
	$(BIN)/matchrules mutate rules --fail-under 95

check: .venv/.ready
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: .venv/.ready
	$(BIN)/ruff format src tests

# the index of diagnostics, the statements of the packs, and what commands print, written into the pages
docs: .venv/.ready
	$(BIN)/python scripts/diagnostics-index
	$(BIN)/python scripts/statements-page
	UPDATE_DOCS=1 $(BIN)/python -m pytest -q tests/e2e/test_docs.py

# what is proved of the packs, written into its page
proofs: .venv/.ready
	$(BIN)/python scripts/proofs-page

.venv-bench/.peers: pyproject.toml constraints.txt bench/requirements.txt scripts/make-venv
	@python=$$(scripts/find-python main) && scripts/make-venv "$$python" .venv-bench -e '.[frames]' \
	&& .venv-bench/bin/pip install -qq --no-deps -r bench/requirements.txt && touch $@

# how fast it is beside other engines, written into its page; the machine should have nothing else to do
bench: .venv-bench/.peers
	.venv-bench/bin/python bench/everything.py $(if $(QUICK),--quick)

# pins again: the newest of everything that pyproject.toml asks for
constraints:
	@python=$$(scripts/find-python main) && dir=$$(mktemp -d) && touch $$dir/none \
	&& "$$python" -m venv $$dir/venv && $$dir/venv/bin/pip install -qq '.[dev]' editables setuptools \
	&& { echo '# Every package that a checkout installs, pinned. Made by `make constraints`.'; \
	     $$dir/venv/bin/pip freeze --all | grep -vE '^(pip|matchrules)\b'; } > constraints.txt \
	&& PIP_CONSTRAINT=$$PWD/constraints.txt $$dir/venv/bin/pip install -qq '.[spark]' \
	&& { echo '# What `make test-spark` needs beside constraints.txt, pinned. Made by `make constraints`.'; \
	     $$dir/venv/bin/pip freeze --all | grep -vE '^(pip|matchrules)\b' | grep -vxFf constraints.txt; } \
	     > constraints-spark.txt; rm -rf $$dir

clean:
	rm -rf .venv .venv-* dist build
