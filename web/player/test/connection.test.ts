import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { concat, type Verifier } from "@clustercast/verifier";
import { Reachability, RelayConnection, type ConnectionContext, type Socket } from "@clustercast/player/relays/index";
import { digest, domainsOf, LocalKey, type Domains } from "@clustercast/player/signing/index";
import { Timeline } from "@clustercast/player/timeline";
import { decodeBody, encode, FrameParser, type Frame } from "@clustercast/player/wire/index";
import { ManualClock } from "../../testing/clock.ts";
import { unsignedRecord } from "../../testing/record.ts";
import { FakeSession } from "../../testing/session.ts";
import { seeded } from "../../testing/random.ts";
import { deployment } from "../../testing/stage.ts";
import { loadVerifier } from "../../testing/wasm.ts";

/** The far end of a socket, in the hands of the test. */
class Wire implements Socket {
  binaryType = "";
  readyState = 1;
  bufferedAmount = 0;
  readonly sent: Frame[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  send(data: Uint8Array): void { for (const { frame } of new FrameParser().push(data)) this.sent.push(frame); }
  close(): void { this.closed = true; this.readyState = 3; }
  give(...frames: Frame[]): void { this.bytes(concat(...frames.map(encode))); }
  bytes(data: Uint8Array): void { this.onmessage?.({ data: data.slice().buffer }); }
}

let verifier: Verifier, domains: Domains, key: LocalKey;
let context: ConnectionContext, clock: ManualClock, wire: Wire, opening: Promise<RelayConnection>, protocol = "";
beforeAll(async () => {
  verifier = await loadVerifier();
  domains = domainsOf(verifier, deployment);
  key = LocalKey.fresh(verifier);
});
beforeEach(async () => {
  clock = new ManualClock();
  wire = new Wire();
  const random = seeded(4);
  context = {
    verifier, domains, chainId: 31337n, clock, random: random.bytes, openSession: null, reachability: new Reachability(), timeline: new Timeline(0),
    openSocket: (_: string, asked: string) => { protocol = asked; return wire; },
  };
  opening = RelayConnection.open(context, unsignedRecord(key.address, [{ kind: 2, url: "ws://relay" }]), 3_000);
  opening.catch(() => {});
  wire.onopen!();
  await new Promise(setImmediate);
});

function welcome(by = key, node = key.address, version = 1): Frame {
  const hello = wire.sent[0] as Frame & { type: "hello" };
  const challenge = verifier.sha256(concat(new TextEncoder().encode("clustercast hello"), hello.nonce));
  return { type: "welcome", version, node, proof: by.sign(digest(verifier, domains.relayStaking, "NodeProof", { node, challenge })) };
}

test("says Hello as a viewer on the chain and measures the round trip to Welcome", async () => {
  expect(protocol).toMatch(/^[!#$%&'*+.^_`|~0-9a-zA-Z-]+$/);
  expect(wire.sent[0]).toMatchObject({ type: "hello", version: 1, role: 0, chainId: 31337n });
  clock.advance(40);
  wire.give(welcome());
  expect((await opening).roundTrip).toBe(40);
});

test("what the caller sends at once leaves right behind Hello, and nothing comes to it before the proof was checked", async () => {
  const got: string[] = [];
  wire = new Wire();
  const early = RelayConnection.open(context, unsignedRecord(key.address, [{ kind: 2, url: "ws://relay" }]), 3_000, (connection) => {
    connection.onFrame = (frame) => got.push(frame.type);
    connection.send({ type: "subscribe", channel: 1, stream: 1n, track: 480, window: 0, parts: 0 });
  });
  wire.onopen!();
  await new Promise(setImmediate);
  expect(wire.sent.map((frame) => frame.type)).toEqual(["hello", "subscribe"]);
  wire.give(welcome(LocalKey.fresh(verifier)), { type: "ended", channel: 1, run: 1n });
  await expect(early).rejects.toThrow("not the node that its record names");
  expect(got).toEqual([]);
});

describe("refuses", () => {
  test.each([
    ["another node", () => { const other = LocalKey.fresh(verifier); return welcome(other, other.address); }, "not the node that its record names"],
    ["a proof of another key", () => welcome(LocalKey.fresh(verifier)), "not the node that its record names"],
    ["another version", () => welcome(key, key.address, 2), "version 2"],
    ["a first frame that is no Welcome", (): Frame => ({ type: "ping", value: 1n }), "not a Welcome"],
    ["a goodbye", (): Frame => ({ type: "goodbye", code: 5, reason: "wrong chain" }), "wrong chain"],
  ])("%s", async (_, frame, sentence) => {
    wire.give(frame());
    await expect(opening).rejects.toThrow(sentence);
    expect(wire.closed).toBe(true);
  });

  test("silence before Welcome", async () => {
    clock.advance(3_000);
    await expect(opening).rejects.toThrow("No answer in time.");
  });

  test("a socket that fails", async () => {
    wire.onerror!();
    await expect(opening).rejects.toThrow("cannot be reached");
  });
});

describe("when open", () => {
  let connection: RelayConnection, frames: Frame[], ended: string[];
  beforeEach(async () => {
    wire.give(welcome());
    connection = await opening;
    [frames, ended] = [[], []];
    connection.onFrame = (frame) => frames.push(frame);
    connection.onClose = (why) => ended.push(why);
  });

  test("answers pings, hands on the rest, skips unknown types, counts bytes", () => {
    const before = connection.receivedBytes;
    const data = concat(encode({ type: "ping", value: 9n }), Uint8Array.of(0x77, 1, 0), encode({ type: "ended", channel: 1, run: 5n }));
    wire.bytes(data);
    expect(wire.sent.at(-1)).toEqual({ type: "pong", value: 9n });
    expect(frames).toEqual([{ type: "ended", channel: 1, run: 5n }]);
    expect(connection.receivedBytes - before).toBe(data.length);
  });

  test.each([["a frame cut by the message's end", Uint8Array.of(0x04, 8, 1)], ["a body that is too long", concat(Uint8Array.of(0x04, 9), new Uint8Array(9))], ["an oversized frame", Uint8Array.of(0x25, 0x80, 1, 0, 1)]])(
    "%s is a protocol error: Goodbye 2, and it is over", (_, bytes) => {
      wire.bytes(bytes);
      expect(wire.sent.at(-1)).toMatchObject({ type: "goodbye", code: 2 });
      expect(ended).toHaveLength(1);
      expect(ended[0]).toContain("broke the protocol");
      wire.give({ type: "ended", channel: 1, run: 5n });
      expect(frames).toEqual([]);
    });

  test("a WebTransport may cut frames anywhere", async () => {
    const session = new FakeSession(), random = seeded(5), got: Frame[] = [];
    session.open();
    const context = { verifier, domains, chainId: 31337n, clock, random: random.bytes, openSession: () => session, reachability: new Reachability(), timeline: new Timeline(0), openSocket: () => wire };
    const dialing = RelayConnection.open(context, unsignedRecord(key.address, [{ kind: 4, url: `https://r/clustercast#${"A".repeat(43)}` }]), 3_000);
    await new Promise(setImmediate);
    const hello = [...new FrameParser().push(session.written[0]!)][0]!.frame as Frame & { type: "hello" };
    const challenge = verifier.sha256(concat(new TextEncoder().encode("clustercast hello"), hello.nonce));
    const proof = key.sign(digest(verifier, domains.relayStaking, "NodeProof", { node: key.address, challenge }));
    const all = concat(encode({ type: "welcome", version: 1, node: key.address, proof }), encode({ type: "ended", channel: 1, run: 5n }), encode({ type: "ended", channel: 2, run: 6n }));
    for (const byte of all.subarray(0, 90)) session.toPage.enqueue(Uint8Array.of(byte));
    const over = await dialing;
    expect(over.kind).toBe("webTransport");
    over.onFrame = (frame) => got.push(frame);
    session.toPage.enqueue(all.slice(90));
    await new Promise(setImmediate);
    expect(got).toEqual([{ type: "ended", channel: 1, run: 5n }, { type: "ended", channel: 2, run: 6n }]);
    over.close(3, "a lie");
    await new Promise(setImmediate);
    expect([...new FrameParser().push(session.written.at(-1)!)][0]!.frame).toEqual({ type: "goodbye", code: 3, reason: "a lie" });
    expect(session.finished).toBe(true);
  });

  test("pings every 10 s and gives up after 30 s of silence", () => {
    clock.advance(10_000);
    expect(wire.sent.at(-1)).toMatchObject({ type: "ping" });
    wire.give({ type: "pong", value: 1n });
    clock.advance(29_000);
    expect(ended).toEqual([]);
    clock.advance(11_000);
    expect(ended).toEqual(["The relay has been silent for 30 s."]);
  });

  test("its own close tells the relay and nobody else", () => {
    connection.close(3, "a lie");
    expect(wire.sent.at(-1)).toEqual({ type: "goodbye", code: 3, reason: "a lie" });
    wire.onclose?.();
    expect(ended).toEqual([]);
    expect(decodeBody(0x7f, new Uint8Array())).toBeNull();
  });
});
