GOLANGCI_LINT_VERSION := v2.15.0
GORELEASER_VERSION := v2.15.4
ACTIONLINT_VERSION := v1.7.12
GOTESTFLAGS :=

.PHONY: help build test lint lint-contrib demo require snapshot ci

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build ./credclean
	CGO_ENABLED=0 go build -trimpath -o credclean .

demo: ## Log out on a throw-away copy of an example home directory
	@testdata/demo/run

picture: ## Draw docs/demo.svg from a real run
	FORCE_COLOR=1 testdata/demo/run 2>/dev/null | go run ./docs/picture >docs/demo.svg

test: require ## Run all tests; as root on Debian, install first what they need
	go test $(GOTESTFLAGS) ./...

require: ## Check for the programs that the tests run, or install them (as root on Debian)
	@.ci/require

lint: ## Run the linters
	golangci-lint run

lint-contrib: ## Check the aliases, hooks, scripts and workflows
	.ci/lint-contrib

snapshot: ## Build a release twice, compare, unpack and run it
	.ci/release-check

ci: ## Run all that CI runs on Linux
	.ci/run
