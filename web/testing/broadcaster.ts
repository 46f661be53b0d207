import { concat, LEAF_BYTES, type Verifier } from "@clustercast/verifier";
import type { LocalKey } from "@clustercast/player/signing/index";
import { headDigest, LAST, type Head } from "@clustercast/player/windows/index";
import type { FrameOf } from "@clustercast/player/wire/index";

/** A part with everything that a relay sends for it. */
export interface BuiltPart {
  part: FrameOf<"part">;
  node: FrameOf<"node">;
  leaves: FrameOf<"leaf">[];
  head: Head;
  digest: Uint8Array;
}

/** A signed window as far as it has grown. */
export interface BuiltWindow {
  number: number;
  open: FrameOf<"window">;
  parts: BuiltPart[];
  /** Digest of the last head, once closed. */
  last: Uint8Array | null;
  lastHead: FrameOf<"head"> | null;
}

/** The broadcaster's side of the window tree: cuts parts into leaves, grows windows and signs their heads. */
export class Broadcaster {
  readonly init: FrameOf<"init">;
  readonly #initHash: Uint8Array;
  #prev: Uint8Array = new Uint8Array(32);
  #nodes: Uint8Array[] = [];
  #bytes = 0n;
  #leaves = 0;
  current: BuiltWindow | null = null;

  constructor(
    private readonly verifier: Verifier, private readonly streamKeys: Uint8Array, private readonly key: LocalKey,
    readonly stream: bigint, readonly run: bigint, readonly track: number, init: Uint8Array,
  ) {
    this.init = { type: "init", channel: 1, run, track, bytes: init };
    this.#initHash = verifier.initHash(init);
  }

  openWindow(number: number): BuiltWindow {
    this.#nodes = [];
    this.#bytes = 0n;
    this.#leaves = 0;
    return this.current = { number, open: { type: "window", channel: 1, window: number, prev: this.#prev }, parts: [], last: null, lastHead: null };
  }

  addPart(bytes: Uint8Array, time: bigint, last = false): BuiltPart {
    const window = this.current!, index = window.parts.length, flags = index === 0 ? 1 : 0;
    const place = { stream: this.stream, run: this.run, track: this.track, window: window.number, part: index };
    const leafHashes = this.verifier.leafHashes(place, bytes);
    const leafCount = leafHashes.length / 32;
    this.#nodes.push(this.verifier.partNode({ index, leafCount, byteLength: bytes.length, time, flags }, this.verifier.treeRoot(leafHashes)));
    this.#bytes += BigInt(bytes.length);
    this.#leaves += leafCount;
    const { head, digest, signature } = this.#sign(time, last ? LAST : 0);
    const fields = { channel: 1, window: window.number, part: index, time, flags, byteLength: bytes.length, leafHashes };
    const built: BuiltPart = {
      part: { type: "part", ...fields, headFlags: head.flags, signature }, node: { type: "node", ...fields }, head, digest,
      leaves: Array.from({ length: leafCount }, (_, leaf) => ({
        type: "leaf", channel: 1, window: window.number, part: index, leaf, bytes: bytes.subarray(leaf * LEAF_BYTES, (leaf + 1) * LEAF_BYTES),
      })),
    };
    window.parts.push(built);
    if (last) this.#close(digest);
    return built;
  }

  /** Closes the window with a head of its own. */
  closeWindow(time: bigint): FrameOf<"head"> {
    const window = this.current!;
    const { head, digest, signature } = this.#sign(time, LAST);
    window.lastHead = { type: "head", channel: 1, window: window.number, count: head.count, time, flags: LAST, signature };
    this.#close(digest);
    return window.lastHead;
  }

  #close(digest: Uint8Array): void {
    this.current!.last = digest;
    this.#prev = digest;
  }

  #sign(time: bigint, flags: number): { head: Head; digest: Uint8Array; signature: Uint8Array } {
    const head: Head = {
      stream: this.stream, run: this.run, track: this.track, window: this.current!.number, count: this.#nodes.length,
      root: this.verifier.treeRoot(concat(...this.#nodes)), byteLength: this.#bytes, leafCount: this.#leaves,
      prev: this.current!.open.prev, initHash: this.#initHash, time, flags,
    };
    const digest = headDigest(this.verifier, this.streamKeys, head);
    return { head, digest, signature: this.key.sign(digest) };
  }
}

/** The burst with which a joiner is served: Init, Window, a Node for every part but the newest, its Part, then the leaves from `fromPart` on. */
export function* burst(broadcaster: Broadcaster, window: BuiltWindow, fromPart = 0): Generator<FrameOf<"init" | "window" | "node" | "part" | "head" | "leaf">> {
  yield broadcaster.init;
  yield window.open;
  for (const [i, built] of window.parts.entries()) yield i < window.parts.length - 1 ? built.node : built.part;
  if (window.lastHead) yield window.lastHead;
  for (const built of window.parts.slice(fromPart)) yield* built.leaves;
}
