GOLANGCI_LINT_VERSION := v2.15.0
GORELEASER_VERSION := v2.15.4
ACTIONLINT_VERSION := v1.7.12
GREMLINS_VERSION := v0.6.0
GOVULNCHECK_VERSION := v1.9.0
GOTESTFLAGS :=

FUZZTIME := 5s
PKG := ./config
KILLED := 90
ATMOS :=

# In a checkout of another user, as in a container, git does not tell Go the commit.
demo test: export GOFLAGS += -buildvcs=false

.PHONY: help build demo test mounts drift faults fuzz cover mutants vulnerabilities bench picture lint lint-contrib \
	require snapshot ci

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build ./credclean
	CGO_ENABLED=0 go build -buildvcs=auto -tags urfave_cli_no_docs,nethttpomithttp2 -trimpath -o credclean .

demo: ## Log out on a throw-away copy of an example home directory
	@testdata/demo/run

picture: ## Draw docs/demo.svg from a real run
	FORCE_COLOR=1 testdata/demo/run 2>/dev/null | go run ./docs/picture >docs/demo.svg

test: require ## Run all tests; as root on Debian, install first what they need
	go test $(GOTESTFLAGS) ./... ./testdata/drift

# They need root and the right to mount, which an ordinary container does not have.
mounts: ## Run the tests that mount file systems
	go test -count=1 -tags mounts -run 'FileSystem$$' ./internal/programtest

drift: ## Log in with a real Atmos, ATMOS=/path/to/atmos, log out, and look for what it left
	@go run ./testdata/drift -atmos "$(ATMOS)"

faults: require ## Fail and kill a logout at every system call, with every cause (minutes)
	CREDCLEAN_FAULTS=all go test -count=1 -timeout 60m -run '^Test(Faults|Killed)' ./internal/programtest ./store/disk

# An input that fails is in the corpus from then on, so it fails the second time, too. A fuzzer that
# only missed its own deadline does not. Without a bound, an input that reaches something new is made
# smaller for a minute, during which nothing else is tried.
fuzz: ## Run every fuzz target for FUZZTIME (5s)
	@grep -roE '^func Fuzz\w+' --include='*_test.go' . | sed -E 's,/[^/]*:func , ,' | while read -r pkg target; do \
		echo "$$pkg $$target"; \
		run="go test -run ^\$$ -fuzz ^$$target\$$ -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$pkg"; \
		$$run || { echo "$$target: once more"; $$run; } || exit 1; \
	done

cover: require ## Show what no test reaches, in what tests start as well
	@.ci/cover

# Not with --test-cpu: v0.6.0 then passes go test an unknown flag, and every mutant seems killed.
mutants: require ## Break the code of PKG in one place after the other: tests must notice KILLED (90) of 100
	@.ci/install GREMLINS_VERSION github.com/go-gremlins/gremlins/cmd/gremlins
	go test -count=1 $(PKG)
	"$$(go env GOPATH)/bin/gremlins" unleash --workers 1 --timeout-coefficient 60 --threshold-efficacy $(KILLED) $(PKG)

vulnerabilities: ## Look for known vulnerabilities in what the program calls
	go run golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION) ./...

bench: ## Time whole processes and what they are made of, as in BENCHMARKS.md
	@testdata/bench/run

require: ## Check for the programs that the tests run, or install them (as root on Debian)
	@.ci/require

lint: ## Run the linters
	@.ci/install GOLANGCI_LINT_VERSION github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	"$$(go env GOPATH)/bin/golangci-lint" fmt --diff
	"$$(go env GOPATH)/bin/golangci-lint" run

lint-contrib: ## Check the aliases, hooks, scripts and workflows
	.ci/lint-contrib

snapshot: ## Build a release twice, compare, unpack and run it
	.ci/release-check

ci: ## Run all that CI runs on Linux
	.ci/run
