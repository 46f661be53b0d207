import { toHex, type Verifier } from "@clustercast/verifier";
import { digest } from "../signing/index.ts";

/** The broadcaster's signed statement about the parts of a window so far (spec/window.md). */
export interface Head {
  stream: bigint;
  run: bigint;
  track: number;
  window: number;
  count: number;
  root: Uint8Array;
  byteLength: bigint;
  leafCount: number;
  prev: Uint8Array;
  initHash: Uint8Array;
  /** Unix ms. */
  time: bigint;
  /** Bit 0: last. */
  flags: number;
}

/** A head whose signature was checked. */
export interface SignedHead {
  head: Head;
  digest: Uint8Array;
  signature: Uint8Array;
  /** Address of the signing key. */
  signer: string;
}

export const LAST = 1;

/** The head's EIP-712 digest under the domain of StreamKeys. */
export function headDigest(verifier: Verifier, streamKeys: Uint8Array, head: Head): Uint8Array {
  return digest(verifier, streamKeys, "Head", head);
}

/** A head as evidence and incident files write it: integers as decimal strings, bytes as hex. */
export function headToJson(head: Head): Record<string, string> {
  return Object.fromEntries(Object.entries(head).map(([key, value]) => [key, value instanceof Uint8Array ? toHex(value) : String(value)]));
}
