#!/usr/bin/env bash
# Builds the verifier, the player and the app when a source is newer than the last build.
set -euo pipefail
cd "$(dirname "$0")/../web"
stamp=node_modules/.built
if [[ ! -f $stamp || ! -f app/dist/index.html ]] \
  || [[ -n $(find . \( -name node_modules -o -name dist -o -name test -o -name test-results.json -o -name '*.md' \) -prune -o -type f -newer "$stamp" -print -quit) ]]; then
  printf 'Building the verifier, the player and the app\n'
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  npm run build --silent >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
  touch "$stamp"
fi
