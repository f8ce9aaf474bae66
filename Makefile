# `make` alone lists the targets. What follows `##` is the line that it prints.
.DEFAULT_GOAL := help
.PHONY: help setup core demo demo-clean demo-slurm cluster cluster-clean test bench bench-clearing figures nightly regulator format lint clean
.NOTPARALLEL:

SOURCES := Sources adapters Tests Package.swift
# Swift on the core alone.
CORE := deploy/core-only
# Rows of `make figures` and `make nightly`: all, or ONLY="T1 T13".
ONLY ?=

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

cluster: ## the market on three replicas and three members of etcd (ROUNDS=6 kills one of each and compares)
	@deploy/cluster/run

cluster-clean: ## stop what 'make cluster' started and remove .cluster/
	@deploy/cluster/stop
	@rm -rf .cluster

demo-slurm: ## two real Slurm clusters as two centres, real jobs, books compared (root; Slurm's Debian packages)
	@deploy/slurm/demo

test: setup ## every kind of test at small counts; the last line counts what ran
	@deploy/setup slurm || echo "test: no Slurm here: what needs a real cluster will be skipped" >&2
	@deploy/setup cluster || echo "test: no etcd here: what needs a real cluster of it will be skipped" >&2
	@Tests/run

bench: setup ## measure the promised speeds, release build (TRANSFERS: how many; beside PostgreSQL 15 if it is there)
	swift run -c release sampan-bench

bench-clearing: ## clear the benchmark beside HiGHS and simple rules (SIZES, SEEDS, SECONDS narrow it)
	@deploy/bench/clearing

figures: setup ## the properties at full counts as a table (T1 to T40 and more), then the benchmarks
	@Tests/figures $(ONLY)
	COMMANDS=1000000 ENTRIES=1000000 swift run -c release sampan-bench
	swift run -c release sampan-sim scale --rounds 48 --minutes 10

nightly: setup ## as figures, at the counts of a night
	@Tests/figures nightly $(ONLY)
	TRANSFERS=10000000 swift run -c release sampan-bench growth
	swift run -c release sampan-sim canary
	swift run -c release sampan-sim scale --rounds 2880 --minutes 300
	swift run -c release sampan-sim scale --sites 10 --bids 10000 --rounds 2880 --iterations 1000

regulator: ## a folder that a regulator checks without building, and a follower on it (LEDGER, OUT, POLICY)
	@deploy/regulator/make

format: ## write the sources in the house format
	swift format --in-place --recursive $(SOURCES)

lint: ## check the format and the rules of the house
	swift format lint --strict --recursive $(SOURCES)

clean: demo-clean cluster-clean ## remove everything that was built
	rm -rf .build .build-* .bench
