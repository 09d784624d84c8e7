# A checkout's own Python first; then the newest supported one that exists and runs.
PYTHON ?= $(or $(shell for python in .venv/bin/python python3.13 python3.12 python3.11 python3 python; \
	do $$python -c '' 2>/dev/null && echo $$python && break; done),$(error \
	Whiteboard needs Python 3.11, 3.12 or 3.13: install one of them and run make again))
GPU ?= 0
BIN = .venv/bin
gpu = $(if $(filter-out 0 no off,$(GPU)),--gpu)
LINT = $(BIN)/python -m ruff check . && $(BIN)/python -m ruff format --check . \
	&& $(BIN)/python -m press verify

.PHONY: help lab env test quick proofs notebooks site serve cards bench new lock

help: ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## /\1	/p' Makefile

lab: ## open the course in JupyterLab (EDITION=zh: 中文版; GPU=1: with NVIDIA's libraries)
	@$(PYTHON) -m whiteboard lab $(gpu)

env: ## make or renew .venv from the lock
	@$(PYTHON) -m whiteboard env --quiet $(gpu)

test: env ## everything: lint, manuscripts, graders' proofs, every solution notebook
	$(LINT)
	$(BIN)/python -m pytest

quick: env ## the same without the solution notebooks that did not change since the last commit
	$(LINT)
	$(BIN)/python -m pytest tests $$(git diff --name-only --diff-filter=d HEAD -- solutions) \
		$$(git ls-files --others --exclude-standard -- solutions)

proofs: env ## every mutant of every lesson, not only the changed ones and a rotating tenth
	WHITEBOARD_PROOFS=all $(BIN)/python -m pytest tests

notebooks: env ## print the notebooks of every manuscript that changed
	$(BIN)/python -m press print

site: env ## the course as static pages in build/site
	$(BIN)/python -m press site

serve: env ## show build/site on http://127.0.0.1:8000/
	@$(BIN)/python -m press serve

cards: env ## the flashcards as Anki decks in build/cards
	$(BIN)/python -m press cards

bench: env ## the measures quoted in the README
	PYTHONPATH=tests $(BIN)/python bench/run.py

new: env ## the files of a new lesson: make new LESSON=<part>/<slug>
	$(BIN)/python -m press new $(LESSON)

lock: ## pin pyproject.toml's dependencies again (UPGRADE=1: to the newest versions)
	$(BIN)/uv pip compile --quiet --no-header --universal --generate-hashes $(if $(UPGRADE),--upgrade) \
		--group test --group site pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile --quiet --no-header --universal --generate-hashes $(if $(UPGRADE),--upgrade) \
		--group test --group site --extra gpu --constraint requirements.lock pyproject.toml \
		--output-file requirements-gpu.lock
