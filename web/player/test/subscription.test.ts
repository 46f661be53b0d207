import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { fromHex, type Verifier } from "@clustercast/verifier";
import { equivocation, falseReceipt } from "@clustercast/player/purse/index";
import { digest, domainsOf, LocalKey, type Domains } from "@clustercast/player/signing/index";
import { headDigest, type Head, type SignedHead } from "@clustercast/player/windows/index";
import type { Receipt } from "@clustercast/player/wire/index";
import { evidenceFrame } from "../../testing/evidence.ts";
import { TestRelay } from "../../testing/relay.ts";
import { PARTS_A_WINDOW, Scene } from "../../testing/scene.ts";
import { deployment } from "../../testing/stage.ts";
import { loadVerifier } from "../../testing/wasm.ts";

let verifier: Verifier, domains: Domains, scene: Scene;
beforeAll(async () => {
  verifier = await loadVerifier();
  domains = domainsOf(verifier, deployment);
});
afterEach(() => scene.end());

async function begin(parts = 3): Promise<Scene> {
  scene = new Scene(verifier, domains);
  scene.grow(parts);
  return Promise.resolve(scene);
}

test("joins the newest window, follows it, pays for all, and closes", async () => {
  await begin(7);
  const relay = await scene.relay();
  scene.watch();
  scene.add(relay);
  await scene.until(() => scene.got.length === 2);
  await scene.follow(30);
  scene.expectWhole(PARTS_A_WINDOW);
  await scene.subscription.stop();
  expect(relay.tickets.reduce((sum, t) => sum + t.bytes, 0)).toBe(scene.counters.verifiedBytes);
  expect(relay).toMatchObject({ faults: [], sessionsClosed: 1 });
  expect(scene.purse.ledger.signedValue - scene.purse.ledger.cost).toBeLessThanOrEqual(1n);
  expect(scene.counters.leavesRejected).toBe(0);
  expect(scene.counters.mediaBytes).toBe(scene.counters.verifiedBytes);
});

describe("goes on without a gap and without a byte twice", () => {
  test.each([
    ["the relay lies", { corruptAfter: 12 }, true], ["the relay dies", { crashAfter: 12 }, false], ["the relay falls silent", { stallAfter: 12 }, false],
  ] as const)("when %s", async (_, misbehaviour, lied) => {
    await begin();
    const bad = await scene.relay(misbehaviour);
    scene.watch(lied ? 60_000 : 300);
    scene.add(bad);
    await scene.until(() => scene.got.length === 3);
    const good = await scene.relay();
    scene.add(good);
    await scene.follow(12);
    scene.expectWhole();
    expect(scene.subscription.relaysUsed).toEqual([bad.key.address, good.key.address]);
    expect(scene.counters.leavesRejected).toBe(lied ? 1 : 0);
    expect(scene.subscription.candidates.get(bad.key.address)!.bannedUntil > Date.now()).toBe(lied);
    expect(scene.subscription.incidents).toHaveLength(lied ? 1 : 0);
    if (lied) {
      await scene.until(() => bad.goodbyes.includes(3));
      const [incident] = scene.subscription.incidents;
      const hash = verifier.leafHash({ stream: 1n, run: BigInt(incident!.run as string), track: 480, window: Number(incident!.window), part: Number(incident!.part) },
        Number(incident!.offset), fromHex(incident!.leafBytes as string));
      expect(hash).toEqual(fromHex(incident!.actualLeafHash as string));
    }
  });
});

test("a silent relay is left long before it counts as stalled when another one is ready", async () => {
  await begin();
  const bad = await scene.relay({ stallAfter: 12 }), good = await scene.relay();
  scene.watch(60_000);
  scene.add(bad);
  await scene.until(() => scene.got.length === 3);
  scene.add(good);
  await scene.until(() => scene.subscription.standby === good.key.address);
  await scene.follow(20);
  scene.expectWhole();
  expect(scene.subscription.relaysUsed).toEqual([bad.key.address, good.key.address]);
  expect(scene.subscription.candidates.get(bad.key.address)).toMatchObject({ failures: 1, bannedUntil: 0 });
});

test("a pause of the source is nobody's fault", async () => {
  await begin();
  const relays = await Promise.all([scene.relay(), scene.relay(), scene.relay()]);
  scene.watch(400);
  scene.add(...relays);
  await scene.until(() => scene.got.length === 3 && scene.subscription.standby !== null);
  await scene.until(() => relays.filter((r) => r.subscriptions > 0).length === 3);
  await scene.follow(10);
  scene.expectWhole();
  expect(scene.subscription.candidates.all.map((c) => c.failures)).toEqual([0, 0, 0]);
});

test("three liars in a row: each banned at its first bad leaf, none of it handed on", async () => {
  await begin();
  const liars = await Promise.all([0, 3, 6].map((corruptAfter) => scene.relay({ corruptAfter })));
  const good = await scene.relay();
  scene.watch();
  scene.add(...liars, good);
  await scene.until(() => scene.got.length === 3);
  await scene.follow(20);
  scene.expectWhole();
  const banned = scene.subscription.candidates.all.filter((c) => c.bannedUntil > Date.now());
  expect(scene.counters.leavesRejected).toBe(banned.length);
  expect(banned.every((b) => liars.some((l) => l.key.address === b.node))).toBe(true);
  expect(scene.subscription.relaysUsed).toContain(good.key.address);
});

test("a false receipt is kept as evidence and ends the payment", async () => {
  await begin();
  const bad = await scene.relay({ falseReceipts: true }), good = await scene.relay();
  scene.watch();
  scene.add(bad);
  await scene.until(() => scene.got.length === 3);
  scene.add(good);
  await scene.until(() => scene.subscription.standby !== null);
  await scene.follow(20);
  scene.expectWhole();
  expect(scene.subscription.evidence).toHaveLength(1);
  expect(scene.subscription.evidence[0]).toMatchObject({ kind: "falseReceipt", receipt: { relay: bad.key.address, purse: scene.purse.address } });
  expect(scene.subscription.candidates.get(bad.key.address)!.why).toContain("receipt");
});

test("a relay without receipts is left, and gets no more tickets", async () => {
  await begin();
  const bad = await scene.relay({ noReceipts: true }), good = await scene.relay();
  scene.watch();
  scene.add(bad);
  await scene.until(() => scene.got.length === 3);
  scene.add(good);
  await scene.until(() => scene.subscription.standby !== null);
  await scene.follow(13);
  scene.expectWhole();
  expect(scene.subscription.candidates.get(bad.key.address)!.why).toContain("no receipt");
  expect(scene.subscription.relaysUsed).toEqual([bad.key.address, good.key.address]);
  const paid = bad.tickets.length;
  await scene.follow(5);
  expect(bad.tickets.length).toBe(paid);
});

test("a price above the ceiling is not paid: the dear relay is left", async () => {
  await begin();
  const dear = await scene.relay({}, { price: 2_000_001n }), fair = await scene.relay();
  scene.watch();
  scene.add(dear);
  await scene.until(() => scene.subscription.candidates.get(dear.key.address)!.why.includes("ceiling"));
  scene.add(fair);
  await scene.until(() => scene.got.length >= 3);
  await scene.follow(8);
  expect(dear.tickets).toEqual([]);
  expect(scene.subscription.relaysUsed.at(-1)).toBe(fair.key.address);
});

test("a new signing key is read from the chain before anybody is banned", async () => {
  await begin();
  const key = LocalKey.fresh(verifier), first = await scene.relay();
  scene.watch();
  scene.add(first);
  await scene.until(() => scene.got.length === 3);
  scene.restart(key);
  scene.pending.push(key.address);
  scene.grow(4);
  const second = await scene.relay();
  scene.add(second);
  await scene.until(() => scene.subscription.standby === second.key.address);
  await first.stop();
  await scene.until(() => scene.got.length === 4);
  scene.expectWhole();
  expect(scene.subscription.candidates.all.filter((c) => c.bannedUntil > 0)).toEqual([]);
  expect(scene.got[0]!.window.run).toBe(scene.run + 1_000n);
});

describe("while the chain is being read", () => {
  test("the relay is asked already, and nothing of it is shown or paid before the keys are here", async () => {
    await begin(7);
    const relay = await scene.relay();
    let known!: () => void;
    scene.ready = new Promise((ready) => { known = ready; });
    scene.watch();
    scene.add(relay);
    await scene.until(() => relay.subscriptions === 1);
    scene.grow(1);
    await new Promise((later) => setTimeout(later, 200));
    expect([scene.got.length, scene.counters.verifiedBytes, relay.tickets.length, scene.subscription.relay]).toEqual([0, 0, 0, null]);
    known();
    await scene.until(() => scene.got.length === 3);
    await scene.follow(6);
    scene.expectWhole(PARTS_A_WINDOW);
    expect(relay).toMatchObject({ faults: [], subscriptions: 1 });
  });

  test("what no key of the stream has signed is shown to nobody, however early it came", async () => {
    await begin();
    const relay = await scene.relay();
    scene.delegated.clear();
    let known!: () => void;
    scene.ready = new Promise((ready) => { known = ready; });
    scene.watch();
    scene.add(relay);
    await scene.until(() => relay.subscriptions === 1);
    known();
    await scene.until(() => scene.subscription.candidates.get(relay.key.address)!.bannedUntil > 0);
    expect([scene.got.length, scene.counters.verifiedBytes, relay.tickets.length]).toEqual([0, 0, 0]);
  });

  test("a relay is left at 8 MiB that nobody can judge, and asked again", async () => {
    await begin();
    const relay = await scene.relay();
    let known!: () => void;
    scene.ready = new Promise((ready) => { known = ready; });
    scene.watch();
    scene.add(relay);
    await scene.until(() => relay.subscriptions === 1);
    while (!relay.goodbyes.includes(4)) {
      for (let i = 0; i < 20; i++) scene.grow(1);
      await new Promise((later) => setTimeout(later, 20));
    }
    expect(scene.got).toEqual([]);
    known();
    await scene.until(() => scene.got.length > 0);
    expect(relay.subscriptions).toBe(2);
  });

  test("a chain that does not answer closes what was opened, and says so", async () => {
    await begin();
    const relay = await scene.relay();
    scene.ready = new Promise((_, fail) => setTimeout(() => fail(new Error("The chain is away.")), 300));
    scene.watch();
    scene.add(relay);
    await scene.until(() => relay.goodbyes.length > 0);
    expect(scene.subscription.trouble).toBe("The chain is away.");
    expect(scene.got).toEqual([]);
  });
});

describe("evidence of others", () => {
  /** Two relays, the first in use and the other one ready. */
  async function pair(): Promise<[TestRelay, TestRelay]> {
    await begin();
    const used = await scene.relay(), ready = await scene.relay();
    scene.watch();
    scene.add(used);
    await scene.until(() => scene.got.length === 3);
    scene.add(ready);
    await scene.until(() => scene.subscription.standby === ready.key.address);
    return [used, ready];
  }
  /** A head of the stream, about a window long ago, with this root. */
  function signed(key: LocalKey, root: number): SignedHead {
    const bytes = (n: number): Uint8Array => new Uint8Array(32).fill(n);
    const head: Head = {
      stream: 1n, run: scene.run, track: 480, window: 900, count: 5, root: bytes(root), byteLength: 9n, leafCount: 5, prev: bytes(1), initHash: bytes(2), time: BigInt(Date.now()), flags: 1,
    };
    const hash = headDigest(verifier, domains.streamKeys, head);
    return { head, digest: hash, signature: key.sign(hash), signer: key.address };
  }
  function receipt(relay: LocalKey, head: SignedHead): Receipt {
    const fields = { relay: relay.address, purse: `0x${"07".repeat(20)}`, headDigest: head.digest, servedRoot: new Uint8Array(32).fill(9), byteLength: 9n, time: BigInt(Date.now()) };
    return { type: "receipt", ...fields, signature: relay.sign(digest(verifier, domains.relayStaking, "Receipt", fields)) };
  }

  test("leaves the relay in use that another one proves false, for good", async () => {
    const [used, ready] = await pair(), head = signed(scene.key, 3);
    ready.tell(evidenceFrame(falseReceipt(deployment, head, receipt(used.key, head))));
    await scene.until(() => scene.subscription.relay?.node === ready.key.address);
    await scene.follow(8);
    scene.expectWhole();
    expect(scene.subscription.evidence).toMatchObject([{ kind: "falseReceipt", receipt: { relay: used.key.address } }]);
    expect(scene.subscription.candidates.get(used.key.address)!.bannedUntil > Date.now()).toBe(true);
    expect(used.goodbyes).toEqual([3]);
  });

  test("leaves a key that signed two things, bans nobody, and begins anew with the next key", async () => {
    const [used, ready] = await pair();
    used.tell(evidenceFrame(equivocation(deployment, signed(scene.key, 3), signed(scene.key, 4))!));
    await scene.until(() => scene.subscription.relay === null || scene.subscription.trouble.includes("contradicted"));
    const shown = scene.got.length;
    scene.grow(4);
    await scene.until(() => ready.subscriptions > 0 && scene.subscription.trouble.includes("contradicted"));
    expect(scene.got.length).toBe(shown);
    expect(scene.subscription.candidates.all.map((c) => c.bannedUntil)).toEqual([0, 0]);
    expect(scene.subscription.incidents).toEqual([]);
    const key = LocalKey.fresh(verifier);
    scene.restart(key);
    scene.delegated.add(key.address);
    scene.grow(3);
    scene.add(await scene.relay());
    await scene.until(() => scene.got.length === 3);
    scene.expectWhole();
  });

  test("leaves the relay whose evidence proves nothing, and plays on", async () => {
    const [used, ready] = await pair(), head = signed(scene.key, 3), frame = evidenceFrame(falseReceipt(deployment, head, receipt(used.key, head)));
    frame.bytes[frame.bytes.length - 10]! ^= 1;
    ready.tell(frame);
    await scene.until(() => scene.subscription.candidates.get(ready.key.address)!.failures === 1);
    await scene.until(() => ready.goodbyes.includes(2));
    await scene.follow(5);
    scene.expectWhole();
    expect(scene.subscription.evidence).toEqual([]);
    expect(scene.subscription.relaysUsed).toEqual([used.key.address]);
  });
});

test("waits with one sentence while nobody serves, and begins with the first relay", async () => {
  await begin();
  scene.watch();
  await scene.until(() => scene.subscription.trouble.includes("No relay offers this stream yet"));
  const relay = await scene.relay({ needsSession: true });
  scene.add(relay);
  await scene.until(() => scene.got.length === 3);
  expect(scene.subscription.trouble).toBe("");
  expect(relay.faults).toEqual([]);
});

test("an unfunded purse waits, says so, and begins when funded", async () => {
  await begin();
  const relay = await scene.relay({ needsSession: true });
  scene.watch();
  scene.purse.balance = 0n;
  scene.add(relay);
  await scene.until(() => scene.subscription.trouble === "Fund your purse to watch this stream.");
  expect(scene.subscription.candidates.get(relay.key.address)!.failures).toBe(0);
  scene.purse.balance = 5_000_000n;
  scene.subscription.funded();
  await scene.until(() => scene.got.length === 3);
  scene.expectWhole();
});
