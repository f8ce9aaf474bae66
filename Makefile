# `make` alone lists the targets. What follows `##` is the line that it prints.
.DEFAULT_GOAL := help
.PHONY: help setup core demo demo-clean test bench bench-clearing figures nightly format lint clean
.NOTPARALLEL:

SOURCES := Sources adapters Tests Package.swift
# Swift on the core alone.
CORE := deploy/core-only
RELEASE := -c release -Xswiftc -enable-testing --scratch-path .build-core-release
# Sizes of `make figures`; `make nightly` raises them.
COMMANDS ?= 1000000
MUTATIONS ?= 10000000
ROUNDS_CLEARED ?= 1000

help: ## this list
	@echo "Sampan: a compute exchange. Start with 'make demo', or 'make core' for the core alone."
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do \
	  printf '  %-15s %s\n' "$$name" "$$text"; done
	@echo "YES=1 installs missing Debian packages without asking, NO_INSTALL=1 never installs."

setup: ## check the Debian packages, install what is missing
	@deploy/setup test

core: ## build and test the core alone: no system package, no network
	@$(CORE) test --scratch-path .build-core

demo: ## a whole market on this machine: broker, three sites, bids (ROUNDS=20 ends by itself)
	@deploy/demo/run

demo-clean: ## stop the demonstration and remove .demo/
	@deploy/demo/stop
	@rm -rf .demo

test: setup ## every kind of test at small counts; the last line counts what ran
	@Tests/run

bench: setup ## measure the promised speeds, release build
	swift run -c release sampan-bench

bench-clearing: ## clear the benchmark beside HiGHS and simple rules (SIZES, SEEDS, SECONDS narrow it)
	@deploy/bench/clearing

figures: setup ## the properties at full counts, then the benchmarks
	SAMPAN_COUNT=$(COMMANDS) $(CORE) test $(RELEASE) --filter ConservationTests
	SAMPAN_COUNT=$(MUTATIONS) $(CORE) test $(RELEASE) --filter FuzzTests
	SAMPAN_COUNT=$(ROUNDS_CLEARED) $(CORE) test $(RELEASE) --filter PlacementTests
	SAMPAN_COUNT=300 $(CORE) test $(RELEASE) --filter MerkleProofTests
	swift run -c release sampan-bench

nightly: ## as figures, ten times the counts
	@$(MAKE) --no-print-directory figures COMMANDS=10000000 MUTATIONS=100000000 ROUNDS_CLEARED=10000

format: ## write the sources in the house format
	swift format --in-place --recursive $(SOURCES)

lint: ## check the format and the rules of the house
	swift format lint --strict --recursive $(SOURCES)

clean: demo-clean ## remove everything that was built
	rm -rf .build .build-* .bench
