#!/usr/bin/env bash
# Compiles the contracts when a source is newer than the last build.
set -euo pipefail
cd "$(dirname "$0")/../contracts"
stamp=out/.built
if [[ ! -f $stamp ]] || [[ -n $(find src test script foundry.toml solc-wrapper package-lock.json -type f -newer "$stamp" -print -quit) ]]; then
  printf 'Compiling the contracts\n'
  npx --no-install forge build --quiet
  touch "$stamp"
fi
