# Attention, Step by Step: `make help` lists what there is.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PY := .venv/bin/python
PORT ?= 8000
NOTEBOOKS ?=
# One thread a process: two notebooks side by side would otherwise slow each other down a hundredfold.
export OMP_NUM_THREADS := 1
# What was compiled once is kept, whatever the machine says: each notebook and each command imports the course anew.
unexport PYTHONDONTWRITEBYTECODE
# WORKERS=3 lets one compute while others wait for the browser's frames.
WORKERS ?= 2
PYTEST := $(PY) -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help setup book serve pdf zip sphinx execute test unit notebooks browser release collect grade feedback grades eighty sets lint format check-book links colab-check lane coverage notes rename clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install everything, pinned, into .venv (a second run does nothing)
	@test -n "$(PYTHON)" || { echo "Python 3.11 is needed: https://www.python.org/downloads/"; exit 1; }
	@"$(PYTHON)" tools/set_up.py

book: setup ## build the book: _build/html/index.html
	@$(PY) tools/build_book.py

serve: book ## show the book at http://127.0.0.1:8000 (PORT=… for another)
	@echo "http://127.0.0.1:$(PORT)/ (Ctrl-C ends it)"
	@$(PY) -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

pdf: book ## print the book into one PDF, with the Chromium that the tests use
	@$(PY) tools/print_book.py

zip: book ## pack the built book into one file that works without a network
	@$(PY) tools/zip_book.py

sphinx: book ## build the book with plain Sphinx too, and compare page by page (takes minutes)
	@$(PY) tools/sphinx_book.py

execute: setup ## run the notebooks and write their outputs (NOTEBOOKS="path …" for some)
	@$(PY) tools/execute_notebooks.py $(NOTEBOOKS)

test: setup ## every test: unit, property, style and types, strict notebooks, book, browser
	@$(PYTEST) --nbval tests book

unit: setup ## the quick tests alone
	@$(PYTEST) tests --ignore=tests/browser -m "not slow"

notebooks: setup ## the notebooks alone: does every stored output come out again? (NOTEBOOKS=…)
	@$(PYTEST) --nbval $(or $(NOTEBOOKS),book)

browser: setup ## the browser tests alone
	@$(PYTEST) tests/browser

lint: setup ## style, types and spelling: ruff, mypy, codespell
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(PY) tools/spelling.py

format: setup ## let ruff put the code into the house style
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

check-book: book ## page weight, alternative texts, links, notebooks, the repository's address
	@$(PY) tools/check_book.py

links: setup ## visit every address outside that the course names (needs the network)
	@$(PY) tools/external_links.py

colab-check: setup ## the sliders with Colab's ipywidgets 7.7.1, in .venv-colab (needs the network)
	@$(PY) tools/check_colab_widgets.py

lane: ## every notebook with other versions: LANE=colab, newest or oldest (needs the network; NOTEBOOKS=…)
	@"$(PYTHON)" tools/lane.py $(LANE) $(NOTEBOOKS)

coverage: setup ## which lines and branches of course_lib the quick tests reach: a table, and how much of all
	@$(PY) -m coverage run -m pytest -q tests --ignore=tests/browser -m "not slow" -p no:xdist
	@$(PY) -m coverage report

notes: ## what CHANGELOG.md says of a release (TAG=v0.2.0)
	@"$(PYTHON)" tools/release_notes.py "$(TAG)"

rename: setup ## make the course yours: write a fork's address everywhere (REPO=owner/name)
	@$(PY) tools/repository_address.py "https://github.com/$(REPO)"

release: setup ## for instructors: the notebook of a problem set for a class (PS=1, SEED=2027)
	@$(PY) -m grading release ps$(PS) $(if $(SEED),--seed $(SEED))

collect: setup ## for instructors: take the submissions out of a folder of downloads (PS=1 FROM=downloads/)
	@$(PY) -m grading collect ps$(PS) --from "$(FROM)"

grade: setup ## for instructors: run and mark what is not marked yet (PS=1; ONLY=student, AGAIN=1, SECONDS=60)
	@$(PY) -m grading grade ps$(PS) $(if $(ONLY),--student "$(ONLY)") $(if $(AGAIN),--again) $(if $(SECONDS),--seconds $(SECONDS))

feedback: setup ## for instructors: a page a student, a report of the class (PS=1)
	@$(PY) -m grading feedback ps$(PS)

grades: setup ## for instructors: the tables (CANVAS=sheet.csv or MOODLE=sheet.csv with PS=1)
	@$(PY) -m grading grades $(if $(CANVAS),--canvas "$(CANVAS)" --set ps$(PS)) $(if $(MOODLE),--moodle "$(MOODLE)" --set ps$(PS))

eighty: setup ## grade eighty synthetic submissions, hostile ones too, twice (takes some minutes)
	@PYTHONPATH=. $(PY) -m tests.eighty

sets: setup ## write what the book and the library hold of assignments/
	@$(PY) -m grading publish

clean: ## remove the built book and the tools' caches (.venv stays)
	@rm -rf _build .cache .hypothesis .mypy_cache .ruff_cache .pytest_cache *.egg-info
	@find . -path ./.venv -prune -o -name __pycache__ -prune -exec rm -rf {} +
