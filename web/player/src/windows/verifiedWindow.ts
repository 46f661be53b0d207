import { LEAF_BYTES } from "@clustercast/verifier";
import type { SignedHead } from "./head.ts";

/** A part under a valid head. Its bytes fill up leaf by leaf. */
export class VerifiedPart {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #have: boolean[];
  #missing: number;

  /** @param leafHashes the signed hashes, 32 bytes each. */
  constructor(
    readonly window: VerifiedWindow, readonly index: number, readonly time: bigint, readonly flags: number,
    byteLength: number, readonly leafHashes: Uint8Array,
  ) {
    this.bytes = new Uint8Array(byteLength);
    this.#missing = leafHashes.length / 32;
    this.#have = new Array<boolean>(this.#missing).fill(false);
  }

  get leafCount(): number { return this.#have.length; }
  get complete(): boolean { return this.#missing === 0; }
  has(leaf: number): boolean { return this.#have[leaf] === true; }
  leafHash(leaf: number): Uint8Array { return this.leafHashes.subarray(32 * leaf, 32 * leaf + 32); }

  /** Bytes of one leaf: 16,384, or the rest in the last. */
  leafLength(leaf: number): number { return Math.min(LEAF_BYTES, this.bytes.length - leaf * LEAF_BYTES); }

  /** Keeps a leaf that has verified. */
  store(leaf: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, leaf * LEAF_BYTES);
    this.#have[leaf] = true;
    this.#missing--;
  }
}

/** A window of which some head has verified. */
export class VerifiedWindow {
  readonly parts: VerifiedPart[] = [];
  /** Part node hashes, in order. */
  readonly nodes: Uint8Array[] = [];
  head: SignedHead | null = null;
  byteLength = 0n;
  leafCount = 0;

  constructor(
    readonly run: bigint, readonly track: number, readonly number: number, readonly prev: Uint8Array,
    readonly init: Uint8Array<ArrayBuffer>, readonly initHash: Uint8Array,
  ) {}

  /** Whether a `last` head has verified: no part follows. */
  get closed(): boolean { return this.head !== null && (this.head.head.flags & 1) !== 0; }
}
