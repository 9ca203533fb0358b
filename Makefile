# Tsudoi. `make` alone prints what there is. scripts/setup.py does all the setting up; it is quick when nothing changed.

PYTHON ?= python3
VENV = .venv/bin
OUT ?= rehearsal
ARGS ?=

.DEFAULT_GOAL = menu
.PHONY: menu setup run test check format bench bench-seats bench-door rehearse lock clean

menu:
	@echo "make run              start the sample city at http://127.0.0.1:8000 (sets everything up first)"
	@echo "make test             all tests, on SQLite, PostgreSQL and Chromium   (ARGS='-k word' narrows them)"
	@echo "make check            lint, format, types, floors, house rules, templates"
	@echo "make bench            measure; writes bench/results/"
	@echo "make bench-seats      only the lottery, against its peers"
	@echo "make bench-door       only the door: speed, hard pictures, and 10 000 scans at a server that is killed"
	@echo "make rehearse OUT=dir a whole evening against real servers; leaves its workbooks and mails in dir"
	@echo "make setup            only what running needs"
	@echo "make format           let ruff and djlint write the format that check asks for"
	@echo "make lock             compile requirements*.in again"
	@echo "make clean            remove everything that make made"

setup:
	@$(PYTHON) scripts/setup.py run

run: setup
	@$(VENV)/python -m trainings.cli.serve

test:
	@$(PYTHON) scripts/setup.py test
	@$(VENV)/python -m pytest -n 2 --dist worksteal $(ARGS)

check:
	@$(PYTHON) scripts/setup.py check
	@$(VENV)/python scripts/check.py

format:
	@$(PYTHON) scripts/setup.py check
	@$(VENV)/ruff check --fix-only --quiet .
	@$(VENV)/ruff format .
	@$(VENV)/djlint --reformat --quiet templates

bench:
	@$(PYTHON) scripts/setup.py bench
	@$(VENV)/python -m bench $(ARGS)

bench-seats:
	@$(PYTHON) scripts/setup.py bench
	@$(VENV)/python -m bench seats

bench-door:
	@$(PYTHON) scripts/setup.py bench
	@$(VENV)/python -m bench door killed desk slow decode

rehearse:
	@$(PYTHON) scripts/setup.py test
	@$(VENV)/python -m bench.rehearse --out $(OUT)

lock:
	@$(PYTHON) scripts/setup.py lock
	@$(PYTHON) scripts/setup.py check

clean:
	rm -rf .venv .venv-peers .venv-scan .make node_modules static/vendor
	rm -rf .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache test-results
