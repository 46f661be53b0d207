#!/usr/bin/env bash
# Builds the native shims when a source is newer than the last build. They land in native/out, from where the projects copy them.
set -euo pipefail
cd "$(dirname "$0")/../native"
stamp=out/.built
if [[ ! -f $stamp ]] || [[ -n $(find . -path ./out -prune -o -type f -newer "$stamp" -print -quit) ]]; then
  printf 'Building the native shims\n'
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  { cmake -S . -B out/build && cmake --build out/build --parallel; } >"$log" 2>&1 || { tail -n 30 "$log" >&2; exit 1; }
  touch "$stamp"
fi
