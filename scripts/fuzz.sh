#!/usr/bin/env bash
# Runs the fuzz tests of every floor, FUZZ_SECONDS each.
set -euo pipefail
cd "$(dirname "$0")/.."
configuration=${CONFIGURATION:-Release}
color=()
[[ -t 1 ]] || color=(-noColor)
for project in Protocol Media Mesh Payments; do
  printf '== %s, %s s a test\n' "$project" "$FUZZ_SECONDS"
  "tests/ClusterCast.$project.Tests/bin/$configuration/net10.0/ClusterCast.$project.Tests" -noLogo "${color[@]}" -class '*Fuzz*'
done
