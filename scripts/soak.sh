#!/usr/bin/env bash
# A demo of SOAK_SECONDS, a mesh whose relays come and go for as long, and a real OBS under Xvfb that publishes for a minute.
set -euo pipefail
cd "$(dirname "$0")/.."
clustercast=src/ClusterCast.Cli/bin/${CONFIGURATION:-Release}/net10.0/clustercast
mkdir -p out
printf '== demo, %s s\n' "$SOAK_SECONDS"
"$clustercast" demo --headless --port 0 --duration "$SOAK_SECONDS" --report out/soak.json
printf '== churn, %s s\n' "$SOAK_SECONDS"
"tests/ClusterCast.Mesh.Tests/bin/${CONFIGURATION:-Release}/net10.0/ClusterCast.Mesh.Tests" -noLogo -noColor -showLiveOutput -class ClusterCast.Mesh.Tests.Tree.ChurnTests
printf '== OBS\n'
scripts/soak-obs.sh
