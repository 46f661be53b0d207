#!/bin/sh
# Builds dist/verifier.simd.wasm and dist/verifier.wasm. Needs clang-14 and lld-14, and wasm-opt from npm binaryen.
# Does nothing when both are newer than their sources. The window of 5 is where speed stops to grow on a phone.
set -eu
cd "$(dirname "$0")"
CC=${CC:-clang-14}
LD=${LD:-wasm-ld-14}
modules=../node_modules
secp=$modules/secp256k1/src/secp256k1

for tool in "$CC" "$LD"; do
  command -v "$tool" >/dev/null || { echo "web/verifier: $tool is missing; run: apt-get install clang-14 lld-14" >&2; exit 1; }
done
[ -d "$secp" ] || { echo "web/verifier: the sources of libsecp256k1 are missing; run: npm ci (in web/)" >&2; exit 1; }

current() {
  [ -f dist/verifier.simd.wasm ] && [ -f dist/verifier.wasm ] && [ -z "$(find build.sh c "$modules/secp256k1/package.json" -newer dist/verifier.wasm | head -1)" ]
}

build() { # build OUT CLANG_FLAG WASM_OPT_FLAG
  common="--target=wasm32-unknown-unknown -std=c11 -ffreestanding -nostdlib -mbulk-memory -msign-ext $2 -fvisibility=hidden -ffunction-sections -fdata-sections -isystem c/freestanding"
  work=$(mktemp -d)
  # libsecp256k1's own settings: 32-bit limbs, no bignum library, no assembler, the endomorphism (patent expired in 2020).
  $CC $common -O2 -w -DSECP256K1_BUILD -DENABLE_MODULE_RECOVERY=1 -DUSE_ENDOMORPHISM=1 -DUSE_NUM_NONE=1 -DUSE_FIELD_INV_BUILTIN=1 \
    -DUSE_SCALAR_INV_BUILTIN=1 -DUSE_FIELD_10X26=1 -DUSE_SCALAR_8X32=1 -DECMULT_WINDOW_SIZE=5 -DECMULT_GEN_PREC_BITS=2 \
    -I"$secp" -I"$secp/src" -I"$secp/include" -c c/verifier.c -o "$work/verifier.o"
  $CC $common -Os -fno-builtin -c c/mem.c -o "$work/mem.o"
  $LD --no-entry --gc-sections --strip-all --stack-first -z stack-size=262144 --export=__heap_base "$work/verifier.o" "$work/mem.o" -o "$work/linked.wasm"
  "$modules/.bin/wasm-opt" --enable-bulk-memory --enable-sign-ext --enable-mutable-globals $3 -O3 --strip-debug --strip-producers \
    --strip-target-features "$work/linked.wasm" -o "$1"
  rm -rf "$work"
}

if current; then exit 0; fi
mkdir -p dist
build dist/verifier.simd.wasm -msimd128 --enable-simd
build dist/verifier.wasm -mno-simd128 ""
