# The two commands are `make demo` and `make test`; each installs what is missing. `make help` lists the rest.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

CONFIGURATION ?= Release
CLUSTERCAST := src/ClusterCast.Cli/bin/$(CONFIGURATION)/net10.0/clustercast
# No build server outlives make. The output is errors and warnings only.
export DOTNET_CLI_USE_MSBUILD_SERVER := 0
export MSBUILDDISABLENODEREUSE := 1
MSBUILD = dotnet msbuild -property:Configuration=$(CONFIGURATION) -property:UseSharedCompilation=false -maxcpucount -verbosity:quiet -nologo
export CONFIGURATION
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1
export NPM_CONFIG_UPDATE_NOTIFIER := false

.PHONY: help install native contracts web product build demo test fuzz soak bench clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

install: ## packages of Debian, npm and NuGet that are missing
	@scripts/install.sh

contracts: install ## compile the contracts
	@scripts/build-contracts.sh

native: install ## the shims over engines without a C ABI
	@scripts/build-native.sh

web: install ## verifier (WASM), player and app
	@scripts/build-web.sh

product: native contracts web ## the binary clustercast
	@[[ -f $(CLUSTERCAST) ]] || echo 'Building the product'
	@$(MSBUILD) src/ClusterCast.Cli

build: native contracts web ## the product and its tests
	@[[ -f $(CLUSTERCAST) ]] || echo 'Building the product and its tests'
	@$(MSBUILD) ClusterCast.slnx

demo: product ## the product at its main job; DURATION= HEADLESS=1 REPORT= SOURCE= MISBEHAVE= PORT=
	@exec $(CLUSTERCAST) demo $(if $(DURATION),--duration "$(DURATION)") $(if $(filter 1,$(HEADLESS)),--headless) \
	  $(if $(REPORT),--report "$(REPORT)") $(if $(SOURCE),--source "$(SOURCE)") $(if $(MISBEHAVE),--misbehave "$(MISBEHAVE)") \
	  $(if $(PORT),--port "$(PORT)")

test: build ## every test: C#, Solidity, TypeScript, browser, end to end; SUITE= some of them
	@scripts/test.sh $(SUITE)

fuzz: build ## the fuzz tests for FUZZ_SECONDS= each (60)
	@FUZZ_SECONDS=$${FUZZ_SECONDS:-60} scripts/fuzz.sh

soak: build ## a whole network for HOURS= (1), relays that come and go, a long demo, a real OBS
	@scripts/install.sh bench
	@HOURS=$(or $(HOURS),1) scripts/soak.sh

bench: product ## NAME= one benchmark, all otherwise; results in bench/results, docs/benchmarks.md
	@scripts/install.sh bench
	@scripts/install.sh bench && node bench/run.mjs $(NAME)

clean: ## what the build made
	@rm -rf out src/*/bin src/*/obj tools/*/bin tools/*/obj tests/*/bin tests/*/obj contracts/out contracts/cache web/*/dist
