#!/usr/bin/env bash
# Installs what the build, the demo and the tests need and this machine lacks. Quick when all is there.
# With the argument soak: also what a real OBS needs to run without a screen; with bench: also the npm packages of bench/.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { printf 'clustercast: %s\n' "$1" >&2; exit 69; }

command -v dotnet >/dev/null || fail 'The .NET SDK 10 is missing. Install it (https://dot.net) and run make again.'
[[ $(dotnet --version 2>/dev/null) == 10.* ]] || fail 'The .NET SDK 10 is missing; another version is here. Install SDK 10 (https://dot.net) and run make again.'
command -v node >/dev/null && command -v npm >/dev/null || fail 'Node.js 20 with npm is missing. Install it (https://nodejs.org) and run make again.'
node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' \
  || fail "Node.js $(node --version) is too old. Install Node.js 20.19 or newer (https://nodejs.org) and run make again."

log=$(mktemp)
trap 'rm -f "$log"' EXIT

packages=()
need() { # need PACKAGE TEST...: the test says whether the package is there
  local package=$1; shift
  "$@" >/dev/null 2>&1 || packages+=("$package")
}
library() { compgen -G "/usr/lib/*/$1" || compgen -G "/usr/lib/$1" || compgen -G "/usr/local/lib/$1"; }
header() { compgen -G "/usr/include/$1" || compgen -G "/usr/include/*/$1"; }
need aria2 command -v aria2c
need ca-certificates test -s /etc/ssl/certs/ca-certificates.crt
need chromium command -v chromium
need clang-14 command -v clang-14
need cmake command -v cmake
need ffmpeg command -v ffmpeg
need g++ command -v g++
need iproute2 command -v ip
need iputils-ping command -v ping
need libgnutls28-dev header gnutls/gnutls.h
need libisal2 library libisal.so.2
need libminiupnpc-dev header miniupnpc/miniupnpc.h
need libnginx-mod-rtmp test -e /usr/lib/nginx/modules/ngx_rtmp_module.so
need libngtcp2-crypto-gnutls-dev header ngtcp2/ngtcp2_crypto_gnutls.h
need libngtcp2-dev header ngtcp2/ngtcp2.h
need libsecp256k1-1 library libsecp256k1.so.1
need libtorrent-rasterbar-dev header libtorrent/session.hpp
need lld-14 command -v wasm-ld-14
need make command -v make
need miniupnpd-nftables command -v miniupnpd
need nginx-light test -x /usr/sbin/nginx
need nftables command -v nft
need pkg-config command -v pkg-config
need util-linux command -v setpriv
if [[ ${1:-} == soak ]]; then
  need dbus-daemon command -v dbus-run-session
  need obs-studio command -v obs
  need xauth command -v xauth
  need xvfb command -v xvfb-run
fi
if [[ ${1:-} == bench ]]; then
  need opencv-doc test -e /usr/share/doc/opencv-doc/examples/data/vtest.avi
fi

if ((${#packages[@]})); then
  install="apt-get install -y --no-install-recommends ${packages[*]}"
  command -v apt-get >/dev/null || fail "These are missing, and there is no apt-get here: ${packages[*]}. Install them and run make again."
  if ((EUID == 0)); then
    sudo=()
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo=(sudo -n)
  else
    fail "No right to install packages. Run this as root, then make again: apt-get update && $install"
  fi
  printf 'Installing %s\n' "${packages[*]}"
  # Another apt-get may hold the lock, as on a machine that has just started: wait for it, but not for ever.
  patience='-o DPkg::Lock::Timeout=120'
  { "${sudo[@]}" apt-get $patience update -q && "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive $install $patience; } >"$log" 2>&1 </dev/null || {
    tail -n 5 "$log" >&2
    fail "apt-get failed. Run it by hand as root, then make again: apt-get update && $install"
  }
fi

# npm ci only when the lock changed since the last one.
folders=(contracts web samples tests/*/Oracle)
[[ ${1:-} != bench ]] || folders+=(bench)
for folder in "${folders[@]}"; do
  [[ -f $folder/package-lock.json ]] || continue
  stamp=$folder/node_modules/.installed
  if ! cmp -s "$folder/package-lock.json" "$stamp"; then
    printf 'Installing the npm packages of %s\n' "$folder"
    (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >"$log" 2>&1 </dev/null || {
      head -n 5 "$log" >&2
      fail "npm ci failed in $folder. Check the network (after a change of packages: npm install in $folder) and run make again."
    }
    cp "$folder/package-lock.json" "$stamp"
  fi
done

# dotnet restore only when something that decides on packages changed since the last one.
stamp=out/.restored
restored() {
  local project
  [[ -f $stamp && -z $(find ClusterCast.slnx Directory.*.props global.json tests/Directory.Build.props {src,tests,tools}/*/{*.csproj,packages.lock.json} -newer "$stamp" -print -quit) ]] || return 1
  for project in {src,tests,tools}/*/*.csproj; do
    [[ -f ${project%/*}/obj/project.assets.json ]] || return 1
  done
  # The packages themselves lie outside the checkout, where somebody may have cleared them.
  sed -n 's/^ *"\(\/.*\.nupkg\.sha512\)",\{0,1\}$/\1/p' {src,tests,tools}/*/obj/project.nuget.cache | sort -u | xargs -r -d '\n' ls >/dev/null 2>&1
}
if ! restored; then
  printf 'Installing the NuGet packages\n'
  dotnet restore ClusterCast.slnx --locked-mode --verbosity quiet --nologo \
    || fail 'dotnet restore failed. Check the network (after a change of packages: dotnet restore --force-evaluate) and run make again.'
  mkdir -p out && touch "$stamp"
fi
