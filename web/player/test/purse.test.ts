import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { fromHex, toHex, type Verifier } from "@clustercast/verifier";
import { equivocation, falseReceipt, isReceiptSigned, Ledger, maxTicketBytes, Purse, ReceiptBook, Session, winProbability } from "@clustercast/player/purse/index";
import { digest, domainsOf, LocalKey, type Domains } from "@clustercast/player/signing/index";
import { FrameParser, type Frame, type FrameOf, type Offer, type Receipt } from "@clustercast/player/wire/index";
import type { Head, SignedHead } from "@clustercast/player/windows/index";
import { headDigest } from "@clustercast/player/windows/index";
import { ManualClock } from "../../testing/clock.ts";
import { seeded } from "../../testing/random.ts";
import { MapStore } from "../../testing/store.ts";
import { deployment } from "../../testing/stage.ts";
import { loadVerifier } from "../../testing/wasm.ts";

const random = seeded(31);
let verifier: Verifier, domains: Domains, key: LocalKey, relay: LocalKey;
let clock: ManualClock, store: MapStore, ledger: Ledger, purse: Purse, session: Session, sent: Frame[], left: string[];
beforeAll(async () => {
  verifier = await loadVerifier();
  domains = domainsOf(verifier, deployment);
  key = new LocalKey(verifier, random.bytes(32));
  relay = new LocalKey(verifier, random.bytes(32));
});
beforeEach(() => {
  store = new MapStore();
  clock = new ManualClock();
  begin();
});

function begin(balance = 3_000_000n): void {
  ledger = new Ledger(store, "test");
  purse = new Purse({ verifier, domains, clock, random: random.bytes, epochSeconds: 86_400 }, key, ledger, { ceilingPrice: 1_000_000n, maxTicketBytes: 16_000_000 });
  purse.balance = balance;
  sent = [];
  left = [];
  session = new Session(purse, relay.address, 1n, {
    send: (frame) => sent.push(frame),
    sendBytes: (bytes) => { for (const { frame } of new FrameParser().push(bytes)) sent.push(frame); },
    leave: (why) => left.push(why),
  });
}
function offer(change: Partial<Offer> = {}): Offer {
  return { type: "offer", acked: new Uint8Array(32), stream: 1n, terms: 1, price: 1_000_000n, faceValue: 400, commit: random.bytes(32), ticketBytes: 250_000, creditBytes: 1_500_000, ...change };
}
const tickets = (): FrameOf<"ticket">[] => sent.filter((f) => f.type === "ticket");
const last = (): FrameOf<"ticket"> => tickets().at(-1)!;

describe("a session", () => {
  test("opens with a signature that names the relay", () => {
    session.open();
    const open = sent[0] as FrameOf<"sessionOpen">;
    expect(open).toMatchObject({ purse: key.address, relay: relay.address });
    expect(verifier.recoverAddress(digest(verifier, domains.relayStaking, "SessionOpen", open), open.signature)).toBe(key.address);
  });

  test("pays one ticket for each offer, as soon as the debt reaches the ticket size", () => {
    const first = offer();
    session.offered(first);
    session.verified(249_999);
    expect(tickets()).toEqual([]);
    session.verified(1);
    expect(last()).toMatchObject({ relay: relay.address, stream: 1n, terms: 1, faceValue: 400, bytes: 250_000, epoch: Math.floor(1_764_000_000 / 86_400), winProb: winProbability(1_000_000n, 250_000n, 400n) });
    expect(last().commit).toEqual(first.commit);
    expect(verifier.recoverAddress(digest(verifier, domains.ticketBroker, "Ticket", last()), last().signature)).toBe(key.address);
    session.verified(600_000);
    expect(tickets()).toHaveLength(1);
    for (let i = 2; i <= 3; i++) { session.offered(offer({ acked: last().commit })); expect(tickets()).toHaveLength(i); }
    session.offered(offer({ acked: last().commit }));
    expect(tickets()).toHaveLength(3);
    expect(new Set(tickets().map((t) => t.salt)).size).toBe(3);
    expect([ledger.tickets, ledger.signedValue, ledger.paid, ledger.cost, ledger.exactCost]).toEqual([3, 750n, 750_000n, 850n, "850"]);
  });

  test("pays at half the credit where that is less than a ticket", () => {
    session.offered(offer({ creditBytes: 64_000 }));
    session.verified(31_999);
    expect(tickets()).toEqual([]);
    session.verified(1);
    expect(last().bytes).toBe(32_000);
  });

  test("pays one bounded ticket ahead a minute where the relay says that the credit is used up", () => {
    const notice = (o: Offer): void => session.offered({ ...o, acked: o.commit });
    const first = offer();
    session.offered(first);
    session.verified(1_000);
    notice(first);
    notice(first);
    expect(tickets()).toEqual([]);
    clock.advance(1_000);
    expect(last().bytes).toBe(267_384);
    // A notice that crossed the ticket acknowledges nothing.
    notice(first);
    expect(ledger.of(relay.address).unacknowledged).not.toBeNull();
    for (let i = 0; i < 59; i++) {
      const next = offer({ acked: last().commit });
      session.offered(next);
      notice(next);
      clock.advance(1_000);
    }
    expect(tickets()).toHaveLength(1);
    const later = offer({ acked: last().commit });
    session.offered(later);
    notice(later);
    clock.advance(1_000);
    expect(tickets()).toHaveLength(2);
    expect(last().bytes).toBe(266_384);
    expect(ledger.of(relay.address)).toMatchObject({ debt: 0n, ahead: 532_768n });
    expect(left).toEqual([]);
  });

  test("pays nothing ahead where what was on the way verifies and makes a ticket due", () => {
    const first = offer();
    session.offered(first);
    session.offered({ ...first, acked: first.commit });
    session.verified(250_000);
    clock.advance(5_000);
    expect(tickets()).toHaveLength(1);
    expect(ledger.of(relay.address).ahead).toBe(0n);
  });

  test("closes with a ticket for the rest, then SessionClose, and is done when that is acknowledged", async () => {
    session.offered(offer());
    session.verified(1_234);
    let done = false;
    const closing = session.close().then(() => { done = true; });
    expect(last().bytes).toBe(1_234);
    expect(sent.at(-1)).toEqual({ type: "sessionClose", purse: key.address });
    await Promise.resolve();
    expect(done).toBe(false);
    session.offered(offer({ acked: last().commit }));
    await closing;
    expect(tickets()).toHaveLength(1);
    expect(ledger.of(relay.address).debt).toBe(0n);
  });

  test("settles in several tickets what one cannot pay", async () => {
    session.offered(offer({ faceValue: 400 }));
    session.verified(10);
    const closing = session.close();
    session.verified(900_000);
    for (let i = 0; i < 4; i++) session.offered(offer({ acked: last().commit }));
    await closing;
    expect(tickets().reduce((sum, t) => sum + t.bytes, 0)).toBeLessThanOrEqual(900_010);
    expect(tickets().every((t) => BigInt(t.bytes) <= maxTicketBytes(1_000_000n, 400n))).toBe(true);
  });

  test("a debt and a lost ticket outlive the page: the ticket goes out again byte for byte", () => {
    session.offered(offer());
    session.verified(300_000);
    const lost = last();
    begin();
    expect(ledger.of(relay.address).debt).toBe(50_000n);
    session.open();
    expect(last()).toEqual(lost);
    session.offered(offer());
    session.verified(250_000);
    expect(tickets()).toHaveLength(1);
    session.offered(offer({ acked: lost.commit }));
    expect(tickets()).toHaveLength(2);
    expect(last().commit).not.toEqual(lost.commit);
  });

  test.each([
    ["a price above the ceiling", { price: 1_000_001n }, "ceiling"],
    ["a face value above a tenth of the balance", { faceValue: 300_001 }, "tenth of your purse"],
    ["another stream", { stream: 2n }, "another stream"],
    ["a ticket of no bytes", { ticketBytes: 0 }, "out of bounds"],
    ["a ticket that is too large", { ticketBytes: 16_000_001 }, "out of bounds"],
    ["a face value below the price of a ticket", { faceValue: 250 }, "below the price"],
  ] as const)("leaves over %s", (_, change, sentence) => {
    session.offered(offer(change));
    session.verified(1_000_000);
    expect(left).toHaveLength(1);
    expect(left[0]).toContain(sentence);
    expect(tickets()).toEqual([]);
  });

  test("one ticket a commitment, even when the relay offers it again", () => {
    const first = offer();
    session.offered(first);
    session.verified(250_000);
    session.offered({ ...first, acked: new Uint8Array(32) });
    session.verified(250_000);
    expect(tickets()).toHaveLength(1);
    expect(left[0]).toContain("twice");
  });

  test("a refused ticket is not signed again, and the relay is left", () => {
    session.offered(offer());
    session.verified(250_000);
    session.ticketRefused({ type: "ticketRefused", commit: random.bytes(32), code: 3, reason: "" });
    expect(left).toEqual([]);
    session.ticketRefused({ type: "ticketRefused", commit: last().commit, code: 4, reason: "the purse is too low" });
    expect(left[0]).toContain("the purse is too low");
    expect(ledger.of(relay.address)).toMatchObject({ debt: 0n, unacknowledged: null });
  });

  test("a relay that serves for free gets nothing", () => {
    session.sessionRefused({ type: "sessionRefused", code: 8, reason: "" });
    session.offered(offer());
    session.verified(1_000_000);
    expect(tickets()).toEqual([]);
    expect(left).toEqual([]);
    session.sessionRefused({ type: "sessionRefused", code: 6, reason: "nine sessions" });
    expect(left[0]).toContain("nine sessions");
  });

  test("signs nothing once stopped", () => {
    session.offered(offer());
    session.stop();
    session.verified(1_000_000);
    expect(tickets()).toEqual([]);
  });
});

test("a broken store is an empty one", () => {
  store.setItem("test", "{");
  expect(new Ledger(store, "test").of(relay.address).debt).toBe(0n);
});

describe("receipts", () => {
  const clock = new ManualClock();
  function head(window: number, root = random.bytes(32)): SignedHead {
    const fields: Head = { stream: 1n, run: 5n, track: 480, window, count: 20, root, byteLength: 9n, leafCount: 1, prev: random.bytes(32), initHash: random.bytes(32), time: 1n, flags: 1 };
    const hash = headDigest(verifier, domains.streamKeys, fields);
    return { head: fields, digest: hash, signature: key.sign(hash), signer: key.address };
  }
  function receipt(of: SignedHead, change: Partial<Receipt> = {}, by = relay): Receipt {
    const fields = { relay: relay.address, purse: key.address, headDigest: of.digest, servedRoot: of.head.root, byteLength: 9n, time: BigInt(clock.now()), ...change };
    return { type: "receipt", ...fields, signature: by.sign(digest(verifier, domains.relayStaking, "Receipt", fields)) };
  }
  const book = (): ReceiptBook => new ReceiptBook(relay.address, key.address, (r) => isReceiptSigned(verifier, domains, r), clock);

  test("a true one settles its window; one is missed when the window after the next begins", () => {
    const receipts = book(), first = head(1);
    receipts.headVerified(first);
    receipts.servedWhole(first);
    expect([receipts.overdue(2), receipts.overdue(3), receipts.owing]).toEqual([false, true, 1]);
    expect(receipts.judge(receipt(first)).verdict).toBe("true");
    expect([receipts.overdue(3), receipts.owing]).toEqual([false, 0]);
  });

  test("one may come before the last leaf of its window, or before its head", () => {
    const receipts = book(), first = head(1), second = head(2), third = head(3);
    receipts.headVerified(first);
    expect(receipts.judge(receipt(first)).verdict).toBe("true");
    receipts.servedWhole(first);
    expect(receipts.judge(receipt(second)).verdict).toBe("unknown");
    expect(receipts.headVerified(second)).toBeNull();
    receipts.servedWhole(second);
    expect([receipts.owing, receipts.overdue(9)]).toEqual([0, false]);
    const lie = receipt(third, { servedRoot: random.bytes(32) });
    expect(receipts.judge(lie).verdict).toBe("unknown");
    expect(receipts.headVerified(third)).toEqual({ head: third, receipt: lie });
  });

  test("false, unsigned, foreign and unknown are told apart", () => {
    const receipts = book(), first = head(1);
    receipts.headVerified(first);
    expect(receipts.judge(receipt(first, { servedRoot: random.bytes(32) })).verdict).toBe("false");
    expect(receipts.judge(receipt(first, {}, key)).verdict).toBe("unsigned");
    expect(receipts.judge(receipt(first, { purse: relay.address })).verdict).toBe("foreign");
    expect(receipts.judge(receipt(head(2))).verdict).toBe("unknown");
  });

  test("one that is dated more than a minute from now counts as none", () => {
    const receipts = book(), first = head(1), now = BigInt(clock.now());
    receipts.headVerified(first);
    receipts.servedWhole(first);
    for (const time of [0n, now - 60_001n, now + 60_001n, 2n ** 64n - 1n]) expect(receipts.judge(receipt(first, { time })).verdict).toBe("untimely");
    expect([receipts.owing, receipts.overdue(3)]).toEqual([1, true]);
    for (const time of [now - 60_000n, now + 60_000n]) expect(receipts.judge(receipt(first, { time })).verdict).toBe("true");
    expect(receipts.owing).toBe(0);
  });

  test("evidence is written as the specification says", () => {
    const first = head(1), bad = receipt(first, { servedRoot: random.bytes(32) });
    const file = JSON.parse(JSON.stringify(falseReceipt(deployment, first, bad))) as Record<string, Record<string, string>>;
    expect(file).toMatchObject({ kind: "falseReceipt", domain: { chainId: "31337", streamKeys: deployment.streamKeys, relayStaking: deployment.relayStaking } });
    expect(Object.keys(file.head!)).toEqual(["stream", "run", "track", "window", "count", "root", "byteLength", "leafCount", "prev", "initHash", "time", "flags"]);
    expect(file.receipt!.servedRoot).toBe(toHex(bad.servedRoot));
    expect(fromHex(file.receiptSignature as unknown as string)).toEqual(bad.signature);
  });

  test("two heads of one place that differ are an equivocation; a repeated one is none", () => {
    const first = head(1), second = head(1);
    expect(equivocation(deployment, first, second)?.kind).toBe("equivocation");
    expect(equivocation(deployment, first, first)).toBeNull();
    expect(equivocation(deployment, first, head(2))).toBeNull();
    expect(equivocation(deployment, first, { ...second, signer: relay.address })).toBeNull();
  });
});
