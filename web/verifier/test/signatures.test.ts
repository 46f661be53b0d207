import { secp256k1 } from "@noble/curves/secp256k1.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { describe, expect, test } from "vitest";
import { concat, toHex, type Verifier } from "@clustercast/verifier";
import { builds, loadVerifier } from "../../testing/wasm.ts";
import { seeded } from "../../testing/random.ts";

const ORDER = secp256k1.Point.Fn.ORDER;
const word = (value: bigint): Uint8Array => Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * (31 - i))) & 255n));
const number = (bytes: Uint8Array): bigint => BigInt(toHex(bytes));

function addressOf(key: Uint8Array): string {
  return toHex(keccak_256(secp256k1.getPublicKey(key, false).slice(1)).slice(12));
}

/** r | s | v by noble. */
function sign(digest: Uint8Array, key: Uint8Array): Uint8Array {
  const made = secp256k1.sign(digest, key, { prehash: false, format: "recovered" });
  return concat(made.slice(1), Uint8Array.of(27 + made[0]!));
}

describe.each(builds)("%s", (build) => {
  let verifier: Verifier;
  const random = seeded(11);
  test("loads", async () => { verifier = await loadVerifier(build); });

  test("recovers the address of 200 of noble's signatures", () => {
    for (let i = 0; i < 200; i++) {
      const key = random.bytes(32), digest = random.bytes(32);
      expect(verifier.recoverAddress(digest, sign(digest, key))).toBe(addressOf(key));
    }
  });

  test("a flipped bit gives noble's answer or none", () => {
    for (let i = 0; i < 200; i++) {
      const key = random.bytes(32), digest = random.bytes(32), signature = sign(digest, key);
      signature[random.below(64)]! ^= 1 << random.below(8);
      let expected: string | null = null;
      try {
        const compact = concat(Uint8Array.of(signature[64]! - 27), signature.slice(0, 64));
        const point = secp256k1.recoverPublicKey(compact, digest, { prehash: false });
        const full = secp256k1.Point.fromBytes(point).toBytes(false);
        if (number(signature.slice(32, 64)) <= ORDER / 2n) expected = toHex(keccak_256(full.slice(1)).slice(12));
      } catch { /* noble refuses it too */ }
      expect(verifier.recoverAddress(digest, signature)).toBe(expected);
    }
  });

  test("high s, other v, zero and too large r or s are invalid", () => {
    const key = random.bytes(32), digest = random.bytes(32), signature = sign(digest, key);
    const r = signature.slice(0, 32), s = signature.slice(32, 64), v = signature[64]!;
    const of = (r: Uint8Array, s: Uint8Array, v: number) => verifier.recoverAddress(digest, concat(r, s, Uint8Array.of(v)));
    expect(of(r, s, v)).toBe(addressOf(key));
    expect(of(r, word(ORDER - number(s)), 55 - v)).toBeNull();
    for (const other of [0, 1, 2, 26, 29, 30, 31, 255]) expect(of(r, s, other)).toBeNull();
    for (const bad of [0n, ORDER, ORDER + 1n, (1n << 256n) - 1n]) {
      expect(of(word(bad), s, v)).toBeNull();
      expect(of(r, word(bad), v)).toBeNull();
    }
    expect(of(r, word(ORDER / 2n), v)).not.toBeNull();
    expect(of(r, word(ORDER / 2n + 1n), v)).toBeNull();
  });

  test("a signature or digest of another length is invalid", () => {
    expect(verifier.recoverAddress(new Uint8Array(31), new Uint8Array(65))).toBeNull();
    expect(verifier.recoverAddress(new Uint8Array(32), new Uint8Array(64))).toBeNull();
  });

  test("the typed digest is EIP-712's", () => {
    const separator = random.bytes(32), words = random.bytes(13 * 32);
    const expected = keccak_256(concat(Uint8Array.of(0x19, 0x01), separator, keccak_256(words)));
    expect(verifier.typedDigest(separator, words)).toEqual(expected);
  });
});
