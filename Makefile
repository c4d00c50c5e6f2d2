# Every target sets up what it needs: `make demo` and `make test` each work alone on a fresh machine.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
PACKAGES := .venv/.packages
# Tests commit thousands of times: where memory has room for their databases, no disk has to be waited for.
MEMORY := $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 4000000 { print "/dev/shm" }')

.PHONY: demo check test test-slow chaos bench docs setup clean
.DEFAULT_GOAL := demo

demo: $(READY)
	$(BIN)/linli demo $(ARGS)

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# A third worker on two cores, because some always wait for a server or a disk.
test: $(READY) $(PACKAGES)
	TMPDIR=$(or $(MEMORY),$(TMPDIR),/tmp) $(BIN)/pytest -n 3 -m "not slow" $(ARGS)

test-slow: $(READY) $(PACKAGES)
	TMPDIR=$(or $(MEMORY),$(TMPDIR),/tmp) $(BIN)/pytest -n 2 -m slow $(ARGS)
	TMPDIR=$(or $(MEMORY),$(TMPDIR),/tmp) $(BIN)/pytest -n 2 -m "not slow" --engine postgres $(ARGS)

# Thirty days of a large community with faults; SEED replays an earlier run, e.g. `make chaos SEED=3`.
chaos: $(READY) $(PACKAGES)
	TMPDIR=$(or $(MEMORY),$(TMPDIR),/tmp) $(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) $(ARGS)

bench: $(READY)
	$(BIN)/python -m bench $(ARGS)
	$(BIN)/python -m docs.generate

# Writes again what the documents draw from the code, and takes the pictures of the READMEs from the running demo.
docs: $(READY) $(PACKAGES)
	$(BIN)/python -m docs.generate
	$(BIN)/python -m docs.screenshots

setup: $(READY) $(PACKAGES)

$(READY): requirements.txt requirements-dev.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv || sh tests/venv.sh $(PYTHON)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

# What the tests need beside Python: as root on Debian it is installed, elsewhere what is absent is skipped loudly.
$(PACKAGES): tests/packages.sh | $(READY)
	sh tests/packages.sh
	touch $@

clean:
	rm -rf .venv data/demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
