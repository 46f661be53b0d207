#!/usr/bin/env bash
# A network of processes for HOURS (bench/results/soak.json); then, each for at most ten minutes, a mesh whose relays come and go (churn.json),
# a demo with a browser, and a real OBS under Xvfb. Ends with an error when one of them went beyond its bounds.
set -euo pipefail
cd "$(dirname "$0")/.."
clustercast=src/ClusterCast.Cli/bin/${CONFIGURATION:-Release}/net10.0/clustercast
export HOURS=${HOURS:-1}
seconds=$(node -p 'const s = 3600 * Number(process.env.HOURS); s > 0 ? Math.max(10, Math.min(600, Math.round(s))) : NaN')
if [[ $seconds == NaN ]]; then
  printf 'HOURS is %s; give a number above 0, such as 0.05 or 1.\n' "$HOURS" >&2
  exit 64
fi
mkdir -p out
status=0
node bench/run.mjs soak || status=$?
node bench/run.mjs churn || status=$?
printf '== demo, %s s\n' "$seconds"
"$clustercast" demo --headless --port 0 --duration "$seconds" --report out/soak-demo.json || status=$?
printf '== OBS\n'
scripts/soak-obs.sh || status=$?
exit "$status"
