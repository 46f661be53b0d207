#!/usr/bin/env bash
# Runs every test, or the suites named: protocol media mesh chain payments node endtoend contracts web oracles.
# The last line is "N passed, N failed"; the status is not 0 when one failed or a suite did not run.
set -uo pipefail
cd "$(dirname "$0")/.."
results=out/test-results
rm -rf "$results" && mkdir -p "$results"
configuration=${CONFIGURATION:-Release}
suites=("$@")
((${#suites[@]})) || suites=(protocol media mesh chain payments node contracts web oracles endtoend)

dotnet_suite() { # name project
  printf '== %s\n' "$1"
  "tests/$2/bin/$configuration/net10.0/$2" -noLogo -ctrf "$results/$1.ctrf.json" || true
}

for suite in "${suites[@]}"; do
  case $suite in
    protocol) dotnet_suite protocol ClusterCast.Protocol.Tests ;;
    media) dotnet_suite media ClusterCast.Media.Tests ;;
    mesh) dotnet_suite mesh ClusterCast.Mesh.Tests ;;
    chain) dotnet_suite chain ClusterCast.Chain.Tests ;;
    payments) dotnet_suite payments ClusterCast.Payments.Tests ;;
    node) dotnet_suite node ClusterCast.Node.Tests ;;
    endtoend) dotnet_suite endtoend ClusterCast.EndToEnd ;;
    contracts)
      printf '== contracts\n'
      (cd contracts && npx --no-install forge test --json >"../$results/contracts.forge.json") || true
      ;;
    web)
      printf '== web\n'
      (cd web && npm test --silent) || true
      cp web/test-results.json "$results/web.vitest.json" || true
      ;;
    oracles)
      printf '== oracles\n'
      for folder in tests/*/Oracle; do
        node --test --test-reporter=junit "$folder"/*.test.mjs >"$results/$(basename "$(dirname "$folder")").junit.xml" || true
      done
      ;;
    *) printf 'test.sh: there is no suite %s\n' "$suite" >&2; exit 64 ;;
  esac
done
exec node scripts/totals.mjs "$results" "${suites[@]}"
