#!/usr/bin/env bash
# Installs what the build, the demo and the tests need and this machine lacks. Quick when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { printf 'clustercast: %s\n' "$1" >&2; exit 69; }

command -v dotnet >/dev/null || fail 'The .NET SDK 10 is missing. Install it (https://dot.net) and run make again.'
dotnet --list-sdks | grep -q '^10\.' || fail 'The .NET SDK 10 is missing; another version is here. Install SDK 10 and run make again.'
command -v node >/dev/null && command -v npm >/dev/null || fail 'Node.js 20 with npm is missing. Install it and run make again.'

packages=()
need() { # need PACKAGE TEST...: the test says whether the package is there
  local package=$1; shift
  "$@" >/dev/null 2>&1 || packages+=("$package")
}
need ffmpeg command -v ffmpeg
need chromium command -v chromium
need clang-14 command -v clang-14
need lld-14 command -v wasm-ld-14
need libsecp256k1-1 bash -c 'ldconfig -p | grep -q libsecp256k1.so.1'
need util-linux command -v setpriv
need ca-certificates test -s /etc/ssl/certs/ca-certificates.crt

if ((${#packages[@]})); then
  install="apt-get install -y --no-install-recommends ${packages[*]}"
  if ((EUID == 0)); then
    sudo=()
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo=(sudo -n)
  else
    fail "No right to install packages. Run this as root, then make again: apt-get update && $install"
  fi
  printf 'Installing %s\n' "${packages[*]}"
  log=$(mktemp)
  { "${sudo[@]}" apt-get update -q && "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive $install; } >"$log" 2>&1 || {
    tail -n 5 "$log" >&2
    rm -f "$log"
    fail "apt-get failed. Run it by hand, then make again: apt-get update && $install"
  }
  rm -f "$log"
fi

# npm ci only when the lock changed since the last one.
for folder in contracts web samples tests/*/Oracle; do
  [[ -f $folder/package-lock.json ]] || continue
  stamp=$folder/node_modules/.installed
  if ! cmp -s "$folder/package-lock.json" "$stamp"; then
    printf 'Installing the npm packages of %s\n' "$folder"
    (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) \
      || fail "npm ci failed in $folder. Check the network and run make again."
    cp "$folder/package-lock.json" "$stamp"
  fi
done

dotnet restore ClusterCast.slnx --locked-mode --verbosity quiet --nologo \
  || fail 'dotnet restore failed. Check the network and run make again.'
