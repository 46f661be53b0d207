import { concat, equal, LEAF_BYTES, type Verifier } from "@clustercast/verifier";
import { MAX_INIT_BYTES, MAX_LEAVES_PER_PART, MAX_PARTS_PER_WINDOW, MAX_WINDOW_BYTES } from "../wire/limits.ts";
import type { FrameOf } from "../wire/frames.ts";
import { headDigest, LAST, type Head } from "./head.ts";
import { siblings } from "./proof.ts";
import { VerifiedPart, VerifiedWindow } from "./verifiedWindow.ts";
import type { Refusal, Verdict } from "./verdict.ts";

/** The signing keys of a stream, as the chain delegates them. */
export interface SigningKeys {
  /** Whether `key` may sign heads at `time` (Unix ms). */
  isSigningKey(key: string, time: bigint): boolean;
}

const STARTS_WITH_IDR = 1;
type NodeFields = Pick<FrameOf<"node">, "window" | "part" | "time" | "flags" | "byteLength" | "leafHashes">;
interface Pending { fields: NodeFields; hash: Uint8Array }

/** What has verified of one track, whoever sent it; shared by the verifiers of several senders. */
export interface VerifiedTrack {
  /** The newest window of which a head has verified. */
  newest: VerifiedWindow | null;
}

/** What only this sender says; a valid head turns it into knowledge. */
interface Claim {
  run: bigint;
  track: number;
  init: Uint8Array<ArrayBuffer>;
  initHash: Uint8Array;
  open: VerifiedWindow | null;
  pending: Pending[];
}

/**
 * The receiver's side of the window tree for one track and one sender: takes init segments, nodes, heads and leaves from an untrusted sender in wire order and
 * lets through what the broadcaster signed. Checks in the order of spec/window.md. Senders at the same time have a verifier each over one `VerifiedTrack`.
 */
export class WindowVerifier {
  #claim: Claim | null = null;
  #refusal: Refusal | null = null;

  /** @param track 0 takes the track of the first valid head. */
  constructor(
    private readonly verifier: Verifier, private readonly streamKeys: Uint8Array, private readonly stream: bigint,
    private readonly track: number, private readonly keys: SigningKeys, private readonly verified: VerifiedTrack = { newest: null },
  ) {}

  /** The newest window of which a head has verified. */
  get current(): VerifiedWindow | null { return this.verified.newest; }
  /** What was wrong, after a `corrupt`. */
  get refusal(): Refusal | null { return this.#refusal; }

  init(frame: FrameOf<"init">): Verdict {
    const wanted = this.verified.newest?.track ?? this.track;
    if (frame.bytes.length === 0 || frame.bytes.length > MAX_INIT_BYTES || frame.track === 0) return "malformed";
    if (wanted !== 0 && frame.track !== wanted) return "malformed";
    if (this.verified.newest && frame.run < this.verified.newest.run) return "late";
    const init = frame.bytes.slice();
    this.#claim = { run: frame.run, track: frame.track, init, initHash: this.verifier.initHash(init), open: null, pending: [] };
    return "accepted";
  }

  window(frame: FrameOf<"window">): Verdict {
    const claim = this.#claim, current = this.verified.newest;
    if (!claim || frame.window === 0) return "malformed";
    claim.pending = [];
    if (claim.open?.number === frame.window && claim.open !== current) return equal(claim.open.prev, frame.prev) ? "duplicate" : "malformed";
    claim.open = null;
    if (current && current.run === claim.run && frame.window <= current.number) {
      if (frame.window < current.number) return "late";
      if (!equal(frame.prev, current.prev) || !equal(claim.initHash, current.initHash)) return this.#refuse({ kind: "badChain", window: frame.window });
      claim.open = current;
      return "duplicate";
    }
    // Windows may skip, so prev can name a last head that was never seen here; then the next head's signature decides.
    const follows = current?.run === claim.run && current.closed && frame.window === current.number + 1;
    if (follows && !equal(frame.prev, current.head!.digest)) return this.#refuse({ kind: "badChain", window: frame.window });
    claim.open = new VerifiedWindow(claim.run, claim.track, frame.window, frame.prev.slice(), claim.init, claim.initHash);
    return "accepted";
  }

  /** A part node that a later head has to cover. */
  node(frame: NodeFields): Verdict {
    const leafCount = frame.leafHashes.length / 32;
    if (frame.byteLength === 0 || leafCount !== Math.ceil(frame.byteLength / LEAF_BYTES) || leafCount > MAX_LEAVES_PER_PART) return "malformed";
    if ((frame.flags & ~STARTS_WITH_IDR) !== 0 || (frame.part === 0 && (frame.flags & STARTS_WITH_IDR) === 0)) return "malformed";
    const { open, verdict } = this.#order(frame.window);
    if (!open) return verdict;
    const pending = this.#claim?.pending ?? [];
    const next = open.parts.length + pending.length;
    if (frame.part > next || frame.part >= MAX_PARTS_PER_WINDOW) return "malformed";
    const hash = this.#nodeHash(frame, leafCount);
    if (frame.part < open.parts.length) {
      return equal(hash, open.nodes[frame.part]!) ? "duplicate" : this.#refuse({ kind: "badChain", window: frame.window, part: frame.part });
    }
    if (frame.part < next) return "duplicate";
    const bytes = pending.reduce((sum, p) => sum + p.fields.byteLength, Number(open.byteLength)) + frame.byteLength;
    if (open.closed || !this.#claim || bytes > MAX_WINDOW_BYTES) return "malformed";
    this.#claim.pending.push({ fields: { ...frame, leafHashes: frame.leafHashes.slice() }, hash });
    return "accepted";
  }

  /** A part node together with the head over parts `0 .. part`. */
  part(frame: FrameOf<"part">): Verdict {
    const verdict = this.node(frame);
    if (verdict !== "accepted") return verdict;
    return this.head({ type: "head", channel: frame.channel, window: frame.window, count: frame.part + 1, time: frame.time, flags: frame.headFlags, signature: frame.signature });
  }

  head(frame: FrameOf<"head">): Verdict {
    if ((frame.flags & ~LAST) !== 0 || frame.count === 0) return "malformed";
    const { open, verdict } = this.#order(frame.window);
    if (!open) return verdict;
    const pending = this.#claim?.pending ?? [];
    const known = open.parts.length + pending.length;
    if (frame.count > known) return "malformed";
    if (frame.count < known || (pending.length === 0 && (open.closed || (frame.flags & LAST) === 0))) {
      return frame.count <= open.parts.length ? "duplicate" : "malformed";
    }
    const head = this.#headOf(open, pending, frame);
    const digest = headDigest(this.verifier, this.streamKeys, head);
    const signer = this.verifier.recoverAddress(digest, frame.signature);
    if (!signer || !this.keys.isSigningKey(signer, head.time)) {
      return this.#refuse({ kind: "badSignature", window: frame.window, head, headSignature: frame.signature.slice(), signer });
    }
    for (const { fields, hash } of pending) {
      open.parts.push(new VerifiedPart(open, fields.part, fields.time, fields.flags, fields.byteLength, fields.leafHashes));
      open.nodes.push(hash);
    }
    open.byteLength = head.byteLength;
    open.leafCount = head.leafCount;
    open.head = { head, digest, signature: frame.signature.slice(), signer };
    if (this.#claim) this.#claim.pending = [];
    this.verified.newest = open;
    return "accepted";
  }

  /** The bytes of a leaf, copied into their part when they are the signed ones; `part` is the one they belong to. */
  leaf(frame: FrameOf<"leaf">): { verdict: Verdict; part: VerifiedPart | null } {
    const { open, verdict } = this.#order(frame.window);
    if (!open) return { verdict, part: null };
    const part = open.parts[frame.part];
    if (!part || frame.leaf >= part.leafCount) return { verdict: "malformed", part: null };
    if (part.has(frame.leaf)) return { verdict: "duplicate", part };
    const offset = frame.leaf * LEAF_BYTES;
    const place = { stream: this.stream, run: open.run, track: open.track, window: open.number, part: part.index };
    const expected = part.leafHash(frame.leaf);
    if (frame.bytes.length > LEAF_BYTES) return { verdict: "malformed", part: null };
    const actual = this.verifier.leafHash(place, offset, frame.bytes);
    if (!equal(actual, expected)) return { verdict: this.#refuseLeaf(open, part, frame, expected, actual), part: null };
    part.store(frame.leaf, frame.bytes);
    return { verdict: "accepted", part };
  }

  #order(window: number): { open: VerifiedWindow | null; verdict: Verdict } {
    const claim = this.#claim, newest = this.verified.newest;
    if (claim && newest && claim.run < newest.run) return { open: null, verdict: "late" };
    if (claim?.open && newest && !this.#follow(claim, claim.open, newest)) return { open: null, verdict: this.#refuse({ kind: "badChain", window }) };
    const open = claim?.open ?? newest;
    if (!open || window > open.number) return { open: null, verdict: "malformed" };
    return window < open.number ? { open: null, verdict: "late" } : { open, verdict: "accepted" };
  }

  /** Another sender may have brought the open window further, or a newer one: what this one claims has to agree with it. */
  #follow(claim: Claim, open: VerifiedWindow, newest: VerifiedWindow): boolean {
    if (newest.run !== claim.run || newest.number < open.number) return true;
    if (newest.number > open.number) Object.assign(claim, { open: newest, pending: [] });
    if (claim.open !== newest && !(equal(open.prev, newest.prev) && equal(open.initHash, newest.initHash))) return false;
    claim.open = newest;
    const known = claim.pending.filter((p) => p.fields.part < newest.parts.length);
    if (known.length > 0 || newest.closed) claim.pending = newest.closed ? [] : claim.pending.slice(known.length);
    return known.every((p) => equal(p.hash, newest.nodes[p.fields.part]!));
  }

  #nodeHash(fields: NodeFields, leafCount: number): Uint8Array {
    const node = { index: fields.part, leafCount, byteLength: fields.byteLength, time: fields.time, flags: fields.flags };
    return this.verifier.partNode(node, this.verifier.treeRoot(fields.leafHashes));
  }

  #headOf(open: VerifiedWindow, pending: Pending[], frame: FrameOf<"head">): Head {
    const nodes = [...open.nodes, ...pending.map((p) => p.hash)];
    const add = (sum: number, p: Pending): number => sum + p.fields.leafHashes.length / 32;
    return {
      stream: this.stream, run: open.run, track: open.track, window: open.number, count: frame.count,
      root: this.verifier.treeRoot(concat(...nodes)),
      byteLength: pending.reduce((sum, p) => sum + BigInt(p.fields.byteLength), open.byteLength),
      leafCount: pending.reduce(add, open.leafCount),
      prev: open.prev, initHash: open.initHash, time: frame.time, flags: frame.flags,
    };
  }

  #refuseLeaf(open: VerifiedWindow, part: VerifiedPart, frame: FrameOf<"leaf">, expected: Uint8Array, actual: Uint8Array): Verdict {
    const leaves = Array.from({ length: part.leafCount }, (_, i) => part.leafHash(i));
    const proof = {
      byteLength: part.bytes.length, time: part.time, flags: part.flags, leavesRoot: this.verifier.treeRoot(concat(...leaves)),
      leafSiblings: siblings(this.verifier, leaves, frame.leaf), partSiblings: siblings(this.verifier, open.nodes, part.index),
    };
    return this.#refuse({
      kind: "badLeaf", window: open.number, part: part.index, leaf: frame.leaf, leafBytes: frame.bytes.slice(),
      expectedLeafHash: expected.slice(), actualLeafHash: actual, head: open.head!.head, headSignature: open.head!.signature, proof,
    });
  }

  #refuse(refusal: Refusal): Verdict {
    this.#refusal = refusal;
    this.#claim = null;
    return "corrupt";
  }
}
