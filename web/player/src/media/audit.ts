import { sha256 } from "@noble/hashes/sha2.js";
import { equal, LEAF_BYTES, type LeafPlace } from "@clustercast/verifier";
import { LEAF_HEADER_BYTES, writeLeafHeader } from "@clustercast/verifier/layout";
import type { VerifiedPart } from "../windows/index.ts";

/**
 * Leaves of a part, about to be shown, that do not hash to what the broadcaster signed. Uses another implementation of SHA-256 than the verifier, on the
 * very bytes that go to the decoder.
 */
export function badLeaves(stream: bigint, part: VerifiedPart, bytes: Uint8Array): number {
  const place: LeafPlace = { stream, run: part.window.run, track: part.window.track, window: part.window.number, part: part.index };
  const header = new Uint8Array(LEAF_HEADER_BYTES);
  let bad = 0;
  for (let leaf = 0; leaf < part.leafCount; leaf++) {
    const offset = leaf * LEAF_BYTES;
    writeLeafHeader(new DataView(header.buffer), 0, place, offset);
    const hash = sha256.create().update(header).update(bytes.subarray(offset, offset + LEAF_BYTES)).digest();
    if (!equal(hash, part.leafHash(leaf))) bad++;
  }
  return bad;
}
