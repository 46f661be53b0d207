#!/usr/bin/env bash
# Runs every test, or the suites named: protocol media mesh soak chain payments node contracts checks web oracles endtoend.
# The soak takes minutes and little of the machine: it runs beside the suites after it.
# The last line is "N passed, N failed"; the status is not 0 when one failed or a suite did not run to its end.
set -uo pipefail
cd "$(dirname "$0")/.."
known=(protocol media mesh soak chain payments node contracts checks web oracles endtoend)
suites=("$@")
((${#suites[@]})) || suites=("${known[@]}")
for suite in "${suites[@]}"; do
  [[ " ${known[*]} " == *" $suite "* ]] || { printf 'There is no suite %s. There are: %s\n' "$suite" "${known[*]}" >&2; exit 64; }
done

results=$PWD/out/test-results
rm -rf "$results" && mkdir -p "$results"

# A suite that hangs is ended; its missing result then counts as a failure.
bounded() { timeout --foreground --kill-after=10 900 "$@" </dev/null; }

color=()
[[ -t 1 ]] || color=(-noColor)
dotnet_suite() { # project
  bounded "tests/$1/bin/${CONFIGURATION:-Release}/net10.0/$1" -noLogo "${color[@]}" -ctrf "$results/$suite.ctrf.json"
}

run() { # suite
  case $1 in
    protocol | media | mesh | chain | payments | node) dotnet_suite "ClusterCast.${1^}.Tests" ;;
    endtoend) dotnet_suite ClusterCast.EndToEnd ;;
    contracts) (cd contracts && bounded npx --no-install forge test --json >"$results/contracts.forge.json") ;;
    checks) (cd contracts && bounded node --test --test-reporter=junit checks/*.test.mjs script/*.test.mjs ../bench/{lib,netlab,nat}/*.test.mjs ../bench/soak/figures.test.mjs >"$results/checks.junit.xml") ;;
    web)
      (cd web && bounded npm test --silent)
      local status=$?
      [[ -f web/test-results.json ]] && cp web/test-results.json "$results/web.vitest.json"
      return $status
      ;;
    oracles) bounded node --test --test-reporter=junit tests/*/Oracle/check-*.mjs >"$results/oracles.junit.xml" ;;
  esac
}

soak=
trap '[[ -z $soak ]] || kill "$soak"' EXIT
for suite in "${suites[@]}"; do
  printf '== %s\n' "$suite"
  if [[ $suite == soak ]]; then
    timeout --foreground --kill-after=10 900 node --test --test-reporter=junit bench/soak/soak.test.mjs >"$results/soak.junit.xml" </dev/null &
    soak=$!
    continue
  fi
  run "$suite"
  printf '%s\n' "$?" >"$results/$suite.status"
done
if [[ -n $soak ]]; then
  wait "$soak"
  printf '%s\n' "$?" >"$results/soak.status"
  soak=
fi
exec node scripts/totals.mjs "$results" "${suites[@]}"
