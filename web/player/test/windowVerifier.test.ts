import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { concat, equal, toHex, type Verifier } from "@clustercast/verifier";
import { LocalKey } from "@clustercast/player/signing/index";
import { siblings, WindowVerifier, type Verdict, type VerifiedTrack } from "@clustercast/player/windows/index";
import type { FrameOf } from "@clustercast/player/wire/index";
import { Broadcaster, burst } from "../../testing/broadcaster.ts";
import { loadVerifier } from "../../testing/wasm.ts";
import { seeded } from "../../testing/random.ts";
import { seedBytes, vectors } from "../../testing/vectors.ts";

type Media = FrameOf<"init" | "window" | "node" | "part" | "head" | "leaf">;
const separator = new Uint8Array(32).fill(7);
const run = 1_764_000_000_000n;
const random = seeded(21);
let verifier: Verifier;
let key: LocalKey;
let caster: Broadcaster;
let receiver: WindowVerifier;

beforeAll(async () => {
  verifier = await loadVerifier();
  key = new LocalKey(verifier, random.bytes(32));
});
beforeEach(() => {
  caster = cast();
  receiver = receive();
});

function cast(at = run, by = key, init = random.bytes(700)): Broadcaster { return new Broadcaster(verifier, separator, by, 1n, at, 480, init); }
function receive(track = 480, verified: VerifiedTrack = { newest: null }): WindowVerifier {
  return new WindowVerifier(verifier, separator, 1n, track, { isSigningKey: (k, time) => k === key.address && time < run + 1_000_000n }, verified);
}
/** Another sender of the same track. */
function changeSender(): void { receiver = receive(480, { newest: receiver.current }); }
function give(frame: Media): Verdict {
  switch (frame.type) {
    case "init": return receiver.init(frame);
    case "window": return receiver.window(frame);
    case "node": return receiver.node(frame);
    case "part": return receiver.part(frame);
    case "head": return receiver.head(frame);
    case "leaf": return receiver.leaf(frame).verdict;
  }
}
/** One window of `sizes`, closed by a head of its own. */
function build(sizes: number[], number = 1, from = caster): void {
  from.openWindow(number);
  sizes.forEach((size, i) => from.addPart(random.bytes(size), run + BigInt(100 * i)));
  from.closeWindow(run + 2000n);
}
const sizes = [40_000, 16_384, 1, 16_385, 20_000];

test("live order: every part under its own head, leaf by leaf", () => {
  expect(give(caster.init)).toBe("accepted");
  for (const number of [1, 2, 5]) {
    const window = caster.openWindow(number);
    expect(give(window.open)).toBe("accepted");
    sizes.forEach((size, i) => {
      const bytes = random.bytes(size), built = caster.addPart(bytes, run + BigInt(i), i === sizes.length - 1);
      expect(give(built.part)).toBe("accepted");
      for (const leaf of built.leaves) expect(give(leaf)).toBe("accepted");
      expect(receiver.current!.parts[i]!.complete).toBe(true);
      expect(receiver.current!.parts[i]!.bytes).toEqual(bytes);
    });
    expect(receiver.current!.closed).toBe(true);
    expect(receiver.current!.head!.digest).toEqual(window.last);
  }
});

test("burst: one signature lets through the whole window", () => {
  build(sizes);
  for (const frame of burst(caster, caster.current!)) expect(give(frame)).toBe("accepted");
  expect(receiver.current!.parts.every((p) => p.complete)).toBe(true);
  expect(receiver.current!.closed).toBe(true);
});

test("leaves in any order and twice", () => {
  build(sizes);
  const frames = [...burst(caster, caster.current!)];
  const leaves = frames.filter((f) => f.type === "leaf");
  for (const frame of frames.filter((f) => f.type !== "leaf")) expect(give(frame)).toBe("accepted");
  for (const leaf of leaves.toReversed()) {
    expect(give(leaf)).toBe("accepted");
    expect(give(leaf)).toBe("duplicate");
  }
  expect(receiver.current!.parts.every((p) => p.complete)).toBe(true);
});

test("a resumed window keeps what has verified, from another sender too", () => {
  build(sizes);
  const window = caster.current!;
  const first = [...burst(caster, window)];
  for (const frame of first.slice(0, -4)) give(frame);
  const before = receiver.current!.parts.filter((p) => p.complete).length;
  changeSender();
  const verdicts = [...burst(caster, window, before)].map(give);
  expect(verdicts.filter((v) => v === "corrupt" || v === "malformed")).toEqual([]);
  expect(receiver.current!.parts.every((p) => p.complete)).toBe(true);
});

test("two senders at once, in any order: nothing is corrupt, and each leaf is taken once", () => {
  for (let round = 0; round < 40; round++) {
    caster = cast(run + BigInt(round));
    const verified: VerifiedTrack = { newest: null }, live: Media[] = [], cached: Media[] = [];
    for (const number of [1, 2, 3]) {
      const window = caster.openWindow(number);
      live.push(caster.init, window.open);
      for (const size of sizes) {
        const built = caster.addPart(random.bytes(size), run + 1n);
        live.push(built.part, ...built.leaves);
      }
      cached.push(...burst(caster, window));
    }
    const senders = [{ windows: receive(480, verified), frames: live }, { windows: receive(480, verified), frames: cached }];
    while (senders.some((s) => s.frames.length > 0)) {
      const sender = senders[random.below(2)]!;
      receiver = sender.windows;
      for (const frame of sender.frames.splice(0, 1 + random.below(5))) expect(["accepted", "duplicate", "late"]).toContain(give(frame));
    }
    expect(verified.newest!.number).toBe(3);
    expect(verified.newest!.parts.every((p) => p.complete)).toBe(true);
  }
});

describe("corrupt", () => {
  test("a flipped bit in a leaf; the refusal re-checks against the signed root", () => {
    build(sizes);
    const frames = [...burst(caster, caster.current!)];
    for (const frame of frames.filter((f) => f.type !== "leaf")) give(frame);
    const leaf = frames.find((f) => f.type === "leaf" && f.part === 3 && f.leaf === 1) as FrameOf<"leaf">;
    const bytes = leaf.bytes.slice();
    bytes[0]! ^= 1;
    expect(give({ ...leaf, bytes })).toBe("corrupt");
    const refusal = receiver.refusal!;
    expect(refusal).toMatchObject({ kind: "badLeaf", window: 1, part: 3, leaf: 1 });
    expect(refusal.leafBytes).toEqual(bytes);
    let node = refusal.expectedLeafHash!;
    node = verifier.sha256(concat(Uint8Array.of(1), refusal.proof!.leafSiblings[0]!, node));
    expect(node).toEqual(refusal.proof!.leavesRoot);
    expect(refusal.proof!.byteLength).toBe(caster.current!.parts[3]!.part.byteLength);
    expect(node).toEqual(verifier.treeRoot(caster.current!.parts[3]!.part.leafHashes));
    expect(give(leaf)).toBe("accepted");
  });

  test.each(["time", "flags", "leafHashes", "signature", "headFlags", "byteLength"] as const)("a part with another %s", (field) => {
    give(caster.init);
    give(caster.openWindow(1).open);
    give(caster.addPart(random.bytes(20_000), run).part);
    const { part } = caster.addPart(random.bytes(20_000), run + 1n);
    const bad = { ...part };
    if (field === "leafHashes" || field === "signature") { bad[field] = part[field].slice(); bad[field]![3]! ^= 4; }
    else if (field === "time") bad.time += 1n;
    else bad[field] += field === "byteLength" ? -1 : 1;
    expect(give(bad)).toBe("corrupt");
    expect(receiver.refusal!.kind).toBe("badSignature");
    expect(receiver.current!.parts).toHaveLength(1);
  });

  test("a swapped init segment, prev, or a node under a good head", () => {
    build(sizes);
    const frames = [...burst(caster, caster.current!)];
    for (const change of ["init", "window", "node"] as const) {
      receiver = receive();
      const verdicts = frames.map((frame) => {
        if (frame.type !== change) return give(frame);
        if (frame.type === "init") return give({ ...frame, bytes: random.bytes(700) });
        if (frame.type === "window") return give({ ...frame, prev: random.bytes(32) });
        return give(frame.type === "node" && frame.part === 1 ? { ...frame, time: frame.time + 1n } : frame);
      });
      expect(verdicts).toContain("corrupt");
      expect(receiver.current).toBeNull();
    }
  });

  test("a key that nobody delegated, or not for that time", () => {
    caster = cast(run, new LocalKey(verifier, random.bytes(32)));
    build(sizes);
    expect([...burst(caster, caster.current!)].map(give)).toContain("corrupt");
    expect(receiver.refusal!.signer).not.toBe(key.address);
    receiver = receive();
    caster = cast();
    give(caster.init);
    give(caster.openWindow(1).open);
    expect(give(caster.addPart(random.bytes(10), run + 2_000_000n).part)).toBe("corrupt");
    expect(receiver.refusal!.signer).toBe(key.address);
  });

  test("a next window that does not name the last head seen", () => {
    build(sizes);
    for (const frame of burst(caster, caster.current!)) give(frame);
    expect(give({ ...caster.openWindow(2).open, prev: random.bytes(32) })).toBe("corrupt");
    expect(receiver.refusal!.kind).toBe("badChain");
  });

  test("a liar's invented run dies with its ban", () => {
    build(sizes);
    const honest = [...burst(caster, caster.current!)];
    for (const frame of honest) give(frame);
    const liar = cast(run + 999n, new LocalKey(verifier, random.bytes(32)));
    build(sizes, 1, liar);
    changeSender();
    expect([...burst(liar, liar.current!)].map(give)).toContain("corrupt");
    changeSender();
    expect(honest.map(give).filter((v) => v !== "duplicate" && v !== "accepted")).toEqual([]);
    expect(receiver.current!.run).toBe(run);
  });
});

describe("late and malformed", () => {
  test("an older run or window is late, its leaves too", () => {
    build(sizes);
    const old = [...burst(caster, caster.current!)];
    for (const frame of old) give(frame);
    build([5], 2);
    for (const frame of burst(caster, caster.current!)) give(frame);
    expect(old.slice(1).map(give).every((v) => v === "late")).toBe(true);
    expect(give({ ...caster.init, run: run - 1n })).toBe("late");
    expect(receiver.current!.number).toBe(2);
  });

  test("a newer run takes over", () => {
    build(sizes, 9);
    for (const frame of burst(caster, caster.current!)) give(frame);
    caster = cast(run + 5000n);
    build([7], 1);
    expect([...burst(caster, caster.current!)].map(give).every((v) => v === "accepted")).toBe(true);
    expect(receiver.current).toMatchObject({ run: run + 5000n, number: 1 });
  });

  test("out of order: media before Init, a part too far on, a head over unseen parts, leaves without a head", () => {
    build(sizes);
    const [init, open, first, second] = [...burst(caster, caster.current!)] as [FrameOf<"init">, FrameOf<"window">, FrameOf<"node">, FrameOf<"node">];
    const leaf = caster.current!.parts[0]!.leaves[0]!;
    expect([open, first, leaf].map(give)).toEqual(["malformed", "malformed", "malformed"]);
    expect(give(init)).toBe("accepted");
    expect(give({ ...open, window: 0 })).toBe("malformed");
    expect(give(open)).toBe("accepted");
    expect(give(second)).toBe("malformed");
    expect(give(caster.current!.lastHead!)).toBe("malformed");
    expect(give(first)).toBe("accepted");
    expect(give(leaf)).toBe("malformed");
  });

  test("bounds: init, leaf count, flags, empty part, window size, part count", () => {
    const base = caster.init;
    expect(give({ ...base, bytes: new Uint8Array(0) })).toBe("malformed");
    expect(give({ ...base, bytes: new Uint8Array(65_001) })).toBe("malformed");
    expect(give({ ...base, track: 720 })).toBe("malformed");
    give(base);
    const window = caster.openWindow(1);
    give(window.open);
    const { node } = caster.addPart(random.bytes(20_000), run);
    expect(give({ ...node, byteLength: 0 })).toBe("malformed");
    expect(give({ ...node, byteLength: 16_384 })).toBe("malformed");
    expect(give({ ...node, flags: 0 })).toBe("malformed");
    expect(give({ ...node, flags: 3 })).toBe("malformed");
    expect(give(node)).toBe("accepted");
    const large = { ...node, flags: 0, byteLength: 256 * 16_384, leafHashes: new Uint8Array(256 * 32) };
    const verdicts = Array.from({ length: 9 }, (_, i) => give({ ...large, part: i + 1 }));
    expect(verdicts).toEqual([...Array<Verdict>(7).fill("accepted"), "malformed", "malformed"]);
    receiver = receive();
    give(base);
    give(window.open);
    const small = { ...node, byteLength: 1, leafHashes: new Uint8Array(32) };
    const many = Array.from({ length: 258 }, (_, part) => give({ ...small, part, flags: part === 0 ? 1 : 0 }));
    expect(many.findIndex((v) => v === "malformed")).toBe(256);
  });

  test("nothing follows a last head", () => {
    build(sizes);
    for (const frame of burst(caster, caster.current!)) give(frame);
    expect(give(caster.addPart(random.bytes(4), run).part)).toBe("malformed");
    expect(give(caster.current!.lastHead!)).toBe("duplicate");
  });

  test("track 0 takes the track of the first head", () => {
    receiver = receive(0);
    build(sizes);
    for (const frame of burst(caster, caster.current!)) give(frame);
    expect(receiver.current!.track).toBe(480);
    expect(give({ ...caster.init, track: 720 })).toBe("malformed");
  });
});

test("a stream of mangled frames never lets a wrong byte through", () => {
  const signed = new Map<string, Uint8Array>();
  for (let number = 1; number <= 3; number++) {
    build(sizes, number);
    caster.current!.parts.forEach((p, i) => signed.set(`${number}:${i}`, concat(...p.leaves.map((l) => l.bytes))));
    for (let round = 0; round < 60; round++) {
      changeSender();
      const frames: Media[] = [...burst(caster, caster.current!)];
      for (let swaps = random.below(6); swaps > 0; swaps--) {
        const a = random.below(frames.length), b = random.below(frames.length);
        [frames[a], frames[b]] = [frames[b]!, frames[a]!];
      }
      const victim = random.below(frames.length), frame = frames[victim]!;
      if ("bytes" in frame) { const bytes = frame.bytes.slice(); bytes[random.below(bytes.length)]! ^= 1 << random.below(8); frames[victim] = { ...frame, bytes }; }
      else if ("time" in frame) frames[victim] = { ...frame, time: frame.time + BigInt(random.below(3)) };
      for (const f of frames) if (give(f) === "corrupt") break;
    }
    for (const part of receiver.current?.parts ?? []) {
      if (part.complete) expect(equal(part.bytes, signed.get(`${receiver.current!.number}:${part.index}`)!)).toBe(true);
    }
  }
});

interface WindowFile {
  signer: string; stream: string; run: string; track: string; init: { seed: number; length: number }; initHash: string;
  windows: { window: string; prev: string; parts: { bytes: { seed: number; length: number }; time: string; leaves: string[]; node: string; head: { digest: string; signature: string } }[];
    last: { message: { time: string }; digest: string; signature: string } }[];
  trees: { nodes: string[]; root: string; proofs: string[][] }[];
}
describe("spec/vectors/window.json", () => {
  const file = vectors<WindowFile>("window.json");
  const { domains } = vectors<{ domains: { streamKeys: { separator: string } } }>("domains.json");
  const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.slice(2).match(/../g)!.map((b) => parseInt(b, 16)));

  test("is accepted frame by frame, with the same hashes and digests", () => {
    receiver = new WindowVerifier(verifier, bytes(domains.streamKeys.separator), BigInt(file.stream), Number(file.track), { isSigningKey: (k) => k === file.signer });
    const init = seedBytes(file.init);
    expect(toHex(verifier.initHash(init))).toBe(file.initHash);
    expect(give({ type: "init", channel: 1, run: BigInt(file.run), track: Number(file.track), bytes: init })).toBe("accepted");
    for (const window of file.windows) {
      const number = Number(window.window);
      expect(give({ type: "window", channel: 1, window: number, prev: bytes(window.prev) })).toBe("accepted");
      window.parts.forEach((part, index) => {
        const media = seedBytes(part.bytes);
        const leafHashes = concat(...part.leaves.map(bytes));
        expect(give({
          type: "part", channel: 1, window: number, part: index, time: BigInt(part.time), flags: index === 0 ? 1 : 0,
          byteLength: media.length, headFlags: 0, signature: bytes(part.head.signature), leafHashes,
        })).toBe("accepted");
        expect(toHex(receiver.current!.head!.digest)).toBe(part.head.digest);
        expect(toHex(receiver.current!.nodes[index]!)).toBe(part.node);
        for (let leaf = 0; leaf < part.leaves.length; leaf++) {
          expect(give({ type: "leaf", channel: 1, window: number, part: index, leaf, bytes: media.subarray(16_384 * leaf, 16_384 * (leaf + 1)) })).toBe("accepted");
        }
      });
      const closing = { type: "head", channel: 1, window: number, count: window.parts.length, time: BigInt(window.last.message.time), flags: 1, signature: bytes(window.last.signature) } as const;
      expect(give(closing)).toBe("accepted");
      expect(toHex(receiver.current!.head!.digest)).toBe(window.last.digest);
    }
  });

  test.each(file.trees)("tree and proofs of $nodes.length nodes", ({ nodes, root, proofs }) => {
    const hashes = nodes.map(bytes);
    expect(toHex(verifier.treeRoot(concat(...hashes)))).toBe(root);
    proofs.forEach((proof, i) => expect(siblings(verifier, hashes, i).map(toHex)).toEqual(proof));
  });
});
