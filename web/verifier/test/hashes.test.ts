import { sha256 } from "@noble/hashes/sha2.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { describe, expect, test } from "vitest";
import { concat, LEAF_BYTES, type LeafPlace, type Verifier } from "@clustercast/verifier";
import { builds, loadVerifier } from "../../testing/wasm.ts";
import { seeded } from "../../testing/random.ts";

const edges = [0, 1, 31, 32, 55, 56, 57, 62, 63, 64, 65, 119, 120, 127, 128, 135, 136, 137, 271, 272, 273, 1000, LEAF_BYTES];

/** RFC 6962 section 2.1, in its own recursive words. */
function tree(hashes: Uint8Array[]): Uint8Array {
  if (hashes.length === 1) return hashes[0]!;
  let split = 1;
  while (2 * split < hashes.length) split *= 2;
  return sha256(concat(Uint8Array.of(1), tree(hashes.slice(0, split)), tree(hashes.slice(split))));
}

function big(value: bigint, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, i) => Number((value >> BigInt(8 * (bytes - 1 - i))) & 255n));
}

function leafMessage(place: LeafPlace, offset: number, bytes: Uint8Array): Uint8Array {
  return concat(
    Uint8Array.of(0), big(place.stream, 32), big(place.run, 8), big(BigInt(place.track), 2), big(BigInt(place.window), 4),
    big(BigInt(place.part), 2), big(BigInt(offset), 4), bytes);
}

describe.each(builds)("%s", (build) => {
  let verifier: Verifier;
  const random = seeded(7);
  test("loads", async () => { verifier = await loadVerifier(build); });

  test.each(edges)("sha256 and keccak256 of %i bytes are noble's", (length) => {
    const bytes = random.bytes(length);
    expect(verifier.sha256(bytes)).toEqual(sha256(bytes));
    expect(verifier.keccak256(bytes)).toEqual(keccak_256(bytes));
  });

  test("leaf hashes bind the place, one by one and four at a time", () => {
    const place = { stream: (1n << 255n) + 77n, run: 1_764_000_000_123n, track: 480, window: 4_000_000_000, part: 255 };
    for (const length of [1, 63, LEAF_BYTES - 1, LEAF_BYTES, LEAF_BYTES + 1, 4 * LEAF_BYTES, 9 * LEAF_BYTES + 5]) {
      const part = random.bytes(length);
      const expected: Uint8Array[] = [];
      for (let at = 0; at < length; at += LEAF_BYTES) {
        const bytes = part.subarray(at, at + LEAF_BYTES);
        expected.push(sha256(leafMessage(place, at, bytes)));
        expect(verifier.leafHash(place, at, bytes)).toEqual(expected.at(-1));
      }
      expect(verifier.leafHashes(place, part)).toEqual(concat(...expected));
    }
  });

  test("the tree is RFC 6962's for every size up to 256", () => {
    const hashes = Array.from({ length: 256 }, () => random.bytes(32));
    for (let count = 1; count <= 256; count++) {
      expect(verifier.treeRoot(concat(...hashes.slice(0, count)))).toEqual(tree(hashes.slice(0, count)));
    }
    expect(() => verifier.treeRoot(new Uint8Array())).toThrow(RangeError);
    expect(() => verifier.treeRoot(new Uint8Array(33))).toThrow(RangeError);
  });

  test("part node and init hash have their own domains", () => {
    const root = random.bytes(32), init = random.bytes(900);
    const node = { index: 3, leafCount: 2, byteLength: 20_000, time: 1_764_000_000_999n, flags: 1 };
    const message = concat(Uint8Array.of(2), big(3n, 2), big(2n, 2), big(20_000n, 4), big(node.time, 8), Uint8Array.of(1), root);
    expect(verifier.partNode(node, root)).toEqual(sha256(message));
    expect(verifier.initHash(init)).toEqual(sha256(concat(Uint8Array.of(3), init)));
  });

  test("memory grows for a message larger than the first pages", () => {
    const bytes = random.bytes(3_000_000);
    expect(verifier.sha256(bytes)).toEqual(sha256(bytes));
  });
});
