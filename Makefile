# `make` lists the targets. PYTHON=... names the interpreter that .venv is made with.

.DEFAULT_GOAL := help
.PHONY: help environment book offline pdf handout test lint lock licences notebooks replicate bench clean

python := .venv/bin/python

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*##/\1\t/p' Makefile | expand -t 14

environment:  ## make .venv, if requirements.txt or pyproject.toml changed since
	@sh environment.sh

book: environment  ## execute every chapter and build the book in _build/html, any warning an error
	@rm -rf _build
	@.venv/bin/jupyter-book build . -W --keep-going
	@$(python) -c 'import pathlib; print("open", pathlib.Path("_build/html/index.html").resolve().as_uri())'

offline: book  ## pack the built book into one zip file that needs no network, _build/book.zip
	@$(python) -m assignment4 offline

pdf: environment  ## print the whole book into _build/book.pdf (needs Chromium, or another browser of its kind)
	@$(python) -m assignment4 pdf

handout: environment  ## build pages and notebooks without the solutions in _build/handout
	@$(python) -m assignment4 handout

test: environment  ## run the tests, and the chapters against their stored outputs, two files at a time
	@$(python) -m pytest --nbval --numprocesses 2 --dist loadfile

lint: environment  ## check style and formatting of package, tests and chapters
	@$(python) -m ruff check .
	@$(python) -m ruff format --check .

lock:  ## resolve requirements.in into requirements.txt, with hashes (needs uv; UPGRADE=--upgrade for newer versions)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes $(UPGRADE) \
		--custom-compile-command "make lock" requirements.in --output-file requirements.txt

licences: environment  ## list the licence of each installed package in licences.csv
	@.venv/bin/pip-licenses --from mixed --format csv --no-version --output-file licences.csv

notebooks: environment  ## execute chapters and store their outputs (NAMES="intro claims" for some only)
	@$(python) -m assignment4 notebooks $(NAMES)

replicate: environment  ## repeat the experiments over seeds, appending to results/ (hours, can be interrupted; OPTIONS="--losses all" for some)
	@$(python) -m assignment4 replicate $(OPTIONS)

bench: environment  ## measure speed, each figure beside that of a peer (installs PyTorch into .venv)
	@$(python) -m pip install --quiet --no-build-isolation -e ".[bench]"
	@$(python) benchmarks

clean:  ## remove what the other targets made
	rm -rf _build .venv .pytest_cache .ruff_cache .hypothesis assignment4.egg-info
