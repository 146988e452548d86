# Everything starts here. Needs Python 3.11 or newer with pip; the rest is set up by itself.
PYTHON ?= python3
DO = @$(PYTHON) scripts/bootstrap.py

.PHONY: help setup run test check nightly fuzz bench dist lock format
help:
	@echo "make run    set up and start the demo (Ctrl+C ends it)"
	@echo "make test   set up and run every check and test"
	@echo "make setup  set up only: .venv with everything in it, the panel built"
	@echo "make check  formatters, linters and types, without tests"
	@echo "make nightly  the tests that take a night: a million webhooks, every text that wants to be a script"
	@echo "make fuzz   a million mutated frames against the hub, with what became of them"
	@echo "make bench  measure, and write docs/benchmarks.md"
	@echo "make dist   build the wheel into dist/"
	@echo "make lock   renew requirements/*.txt after a change of pyproject.toml"
setup:
	$(DO) setup
run:
	$(DO) run
test:
	$(DO) test
check:
	$(DO) check
format:
	$(DO) format
nightly:
	$(DO) nightly
fuzz:
	$(DO) fuzz
bench:
	$(DO) bench
dist:
	$(DO) dist
lock:
	$(DO) lock
