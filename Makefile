# NodePilot's build. `make` alone lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VERSION := $(shell sed -n 's/.*static let number = "\(.*\)"/\1/p' Sources/Core/Version.swift)
ARCH := $(shell uname -m)
# Read by Package.swift: what `nodepilot --version` tells, and warnings of our own targets as errors.
export NODEPILOT_COMMIT ?= $(shell git rev-parse --short=7 HEAD 2>/dev/null)
export NODEPILOT_STRICT ?= 1

SWIFT ?= swift
RELEASE_BUILD := .build-release
PACKAGE := nodepilot-$(VERSION)-linux-$(ARCH)

.PHONY: help deps build release test lint format bench demo clean check-install check-debian13

help: ## List what there is
	@echo "NodePilot $(VERSION). make …"
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  \1|\2/p' Makefile | column -t -s '|'

deps: ## Install what is missing to build (apt)
	@scripts/deps build

build: deps ## Build for debugging: .build/debug/nodepilot
	$(SWIFT) build --product nodepilot

release: ## Build and pack the static release: dist/
	@scripts/deps build release
	$(SWIFT) build -c release --scratch-path $(RELEASE_BUILD) --static-swift-stdlib -Xswiftc -static-executable \
		--product nodepilot
	scripts/pack $(RELEASE_BUILD)/release/nodepilot dist/$(PACKAGE).tar.xz

test: ## Install what is missing and run every test (ARGS= goes to swift test)
	@scripts/deps build test
	$(SWIFT) build --build-tests
	scripts/test $(ARGS)

lint: ## Check form: Swift, shell, JavaScript
	@scripts/deps lint
	scripts/lint

format: ## Put the Swift sources into form
	$(SWIFT) format -i -r Package.swift Sources Tests Plugins

bench: release ## Measure the release against nginx and unzip (ARGS= names what to measure)
	@scripts/deps bench
	Benchmarks/run $(RELEASE_BUILD)/release/nodepilot $(ARGS)

demo: build ## Deploy examples/hello-node to a server of its own (ONCE=1 ends there)
	@scripts/deps demo
	scripts/demo $(if $(ONCE),--once)

check-install: ## Drive install.sh through a real machine: VPS=path of the vps command
	scripts/check-install dist/$(PACKAGE).tar.xz

check-debian13: ## Look up a name with the release in a Debian 13 chroot
	@scripts/deps chroot
	scripts/check-debian13 $(RELEASE_BUILD)/release/nodepilot

clean: ## Remove what was built
	rm -rf .build $(RELEASE_BUILD) dist
