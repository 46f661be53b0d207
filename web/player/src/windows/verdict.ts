import type { Head } from "./head.ts";

/**
 * What a receiver makes of a piece of media. `late`: of a window or run before the current one, no offence. `malformed`: a protocol error of the
 * sender. `corrupt`: no delegated key signed it, or it is not what was signed; the sender is banned.
 */
export type Verdict = "accepted" | "duplicate" | "late" | "malformed" | "corrupt";

/** What was wrong with the last corrupt piece: the material of an incident. */
export interface Refusal {
  kind: "badLeaf" | "badSignature" | "badChain";
  window: number;
  part?: number;
  leaf?: number;
  leafBytes?: Uint8Array;
  expectedLeafHash?: Uint8Array;
  actualLeafHash?: Uint8Array;
  head?: Head;
  headSignature?: Uint8Array;
  /** Who signed it, where anybody did. */
  signer?: string | null;
  proof?: LeafProof;
}

/** The way from a leaf hash through its part's node to the root of a head; siblings lowest first (RFC 6962 §2.1.1). */
export interface LeafProof {
  byteLength: number;
  /** Unix ms. */
  time: bigint;
  flags: number;
  leavesRoot: Uint8Array;
  leafSiblings: Uint8Array[];
  partSiblings: Uint8Array[];
}
