# Each target is one line of a command that also works without make; the README gives them for Windows too.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: learn test quick soak build verify grade bench bundle site

learn: .venv/ready
	$(BIN)/python -m course learn

# two files of tests at a time: each drives a browser, a kernel or a sandbox of its own
test: .venv/ready
	$(BIN)/python -m pytest -n 2

# while one writes; tests/marks.py says which tests these are
quick: .venv/ready
	$(BIN)/python -m pytest -n 2 -m "not browser and not notebook and not wall and not slow"

# hours: the long form of the tests that have one
soak: .venv/ready
	$(BIN)/python -m pytest --soak

build: .venv/ready
	$(BIN)/python -m autograder build

verify: .venv/ready
	$(BIN)/python -m autograder verify

grade: .venv/ready
	$(BIN)/python -m autograder grade

bundle: .venv/ready
	$(BIN)/python -m autograder bundle

# the course's pages, and a server for them; they work from the disk too. Packages: requirements-site.txt
site: .venv/ready
	$(BIN)/python -m autograder site
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory dist/site 8000

bench: .venv/ready
	$(BIN)/python benchmarks/check.py
	$(BIN)/python benchmarks/labs.py
	$(BIN)/python benchmarks/grading.py

.venv/ready: requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@
