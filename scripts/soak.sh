#!/usr/bin/env bash
# A demo of SOAK_SECONDS, and a real OBS under Xvfb that publishes to it for a minute.
set -euo pipefail
cd "$(dirname "$0")/.."
clustercast=src/ClusterCast.Cli/bin/${CONFIGURATION:-Release}/net10.0/clustercast
mkdir -p out
printf '== demo, %s s\n' "$SOAK_SECONDS"
"$clustercast" demo --headless --port 0 --duration "$SOAK_SECONDS" --report out/soak.json
printf '== OBS\n'
scripts/soak-obs.sh
