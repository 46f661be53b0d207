#!/usr/bin/env bash
# Builds the verifier, the player and the app when a source is newer than the last build.
set -euo pipefail
cd "$(dirname "$0")/../web"
stamp=app/dist/.built
if [[ ! -f $stamp ]] || [[ -n $(find . \( -name node_modules -o -name dist -o -name third_party \) -prune -o -type f -newer "$stamp" -print -quit) ]]; then
  npm run build --silent
  touch "$stamp"
fi
