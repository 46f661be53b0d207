import { beforeEach, describe, expect, test } from "vitest";
import { AVOID_MS, HEAD_START_MS, reach, Reachability, type Opening, type Socket, type Transport } from "@clustercast/player/relays/index";
import type { RelayRecord } from "@clustercast/player/wire/index";
import { ManualClock } from "../../testing/clock.ts";
import { unsignedRecord } from "../../testing/record.ts";
import { FakeSession } from "../../testing/session.ts";

const HASH = "A".repeat(43);
const both: RelayRecord["endpoints"] = [{ kind: 1, url: "tls://r:1" }, { kind: 2, url: "ws://r:2/clustercast" }, { kind: 4, url: `https://r:3/clustercast#${HASH}` }];
const settled = (): Promise<void> => new Promise(setImmediate);

class FakeSocket implements Socket {
  binaryType = "";
  readyState = 1;
  bufferedAmount = 0;
  closes = 0;
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  send(): void {}
  close(): void { this.closes++; this.readyState = 3; }
}

let clock: ManualClock, sessions: FakeSession[], sockets: FakeSocket[], reachability: Reachability;
beforeEach(() => {
  [clock, sessions, sockets, reachability] = [new ManualClock(), [], [], new Reachability()];
});
const made = <T>(list: T[], item: T): T => { list.push(item); return item; };
function dial(endpoints = both, node = "0x01", sessionsToo = true): Opening {
  const opening = reach({
    clock, reachability, openSocket: () => made(sockets, new FakeSocket()), openSession: sessionsToo ? () => made(sessions, new FakeSession()) : null,
  }, unsignedRecord(node, endpoints));
  opening.opened.catch(() => {});
  return opening;
}

describe("the way to a relay", () => {
  test("is WebTransport where it answers within its head start, and no WebSocket is dialed", async () => {
    const { opened } = dial();
    clock.advance(HEAD_START_MS - 1);
    sessions[0]!.open();
    expect((await opened).kind).toBe("webTransport");
    clock.advance(10_000);
    expect(sockets).toEqual([]);
    expect(reachability.avoids("0x01", clock.now())).toBe(false);
  });

  test("is the WebSocket when WebTransport stays silent, and the next time at once", async () => {
    const { opened } = dial();
    clock.advance(HEAD_START_MS);
    sockets[0]!.onopen!();
    expect((await opened).kind).toBe("webSocket");
    expect(sessions[0]!.closes).toBe(1);
    expect(reachability.why("0x01")).toBe("WebTransport did not answer in time.");
    const again = dial();
    sockets[1]!.onopen!();
    expect((await again.opened).kind).toBe("webSocket");
    expect(sessions).toHaveLength(1);
    clock.advance(AVOID_MS);
    dial();
    expect(sessions).toHaveLength(2);
  });

  test("is still WebTransport when it answers after the WebSocket was dialed but before that opened", async () => {
    const { opened } = dial();
    clock.advance(HEAD_START_MS);
    sessions[0]!.open();
    expect((await opened).kind).toBe("webTransport");
    expect(sockets[0]!.closes).toBe(1);
  });

  test("is the WebSocket at once when WebTransport fails, and the cause is kept", async () => {
    const { opened } = dial();
    sessions[0]!.fail(new Error("Opening handshake failed."));
    await settled();
    sockets[0]!.onopen!();
    expect((await opened).kind).toBe("webSocket");
    expect(reachability.why("0x01")).toBe("WebTransport did not open: Opening handshake failed.");
  });

  test.each([["the browser has no WebTransport", both, false], ["the record names none", both.slice(0, 2), true], ["its hash is no hash", [both[1]!, { kind: 4, url: "https://r:3/clustercast#AAAA" }], true]])(
    "is the WebSocket when %s", async (_, endpoints, sessionsToo) => {
      const { opened } = dial(endpoints, "0x01", sessionsToo);
      sockets[0]!.onopen!();
      expect((await opened).kind).toBe("webSocket");
      expect(sessions).toEqual([]);
    });

  test("is WebTransport alone where the record names no WebSocket, also after it failed", async () => {
    const first = dial([both[2]!]);
    sessions[0]!.fail(new Error("no route"));
    await expect(first.opened).rejects.toThrow("WebTransport did not open: no route.");
    const second = dial([both[2]!]);
    sessions[1]!.open();
    expect((await second.opened).kind).toBe("webTransport");
    expect(reachability.why("0x01")).toBe("");
  });

  test("does not exist where both fail, and where the record names no address for a browser", async () => {
    const { opened } = dial();
    sessions[0]!.fail(new Error("x"));
    await settled();
    sockets[0]!.onerror!();
    await expect(opened).rejects.toThrow("The relay cannot be reached.");
    await expect(dial([both[0]!]).opened).rejects.toThrow("names no address");
  });

  test("is given up by cancel: whatever opens later is closed", async () => {
    const opening = dial();
    clock.advance(HEAD_START_MS);
    opening.cancel();
    sessions[0]!.open();
    sockets[0]!.onopen!();
    await settled();
    expect(sessions[0]!.closes).toBeGreaterThan(0);
    expect(sockets[0]!.closes).toBeGreaterThan(0);
  });

  test("a network where two relays stay silent by WebTransport is taken for one without UDP, until one answers", async () => {
    for (const node of ["0x01", "0x02"]) {
      const { opened } = dial(both, node);
      clock.advance(HEAD_START_MS);
      sockets.at(-1)!.onopen!();
      await opened;
    }
    dial(both, "0x03");
    expect(sessions).toHaveLength(2);
    expect(sockets).toHaveLength(3);
    reachability.worked("0x04");
    dial(both, "0x03");
    expect(sessions).toHaveLength(3);
  });
});

describe("an open WebTransport", () => {
  let transport: Transport, session: FakeSession, pieces: Uint8Array[], waiting: (number | null)[], ended: string[];
  beforeEach(async () => {
    const { opened } = dial();
    session = sessions[0]!;
    session.open();
    transport = await opened;
    [pieces, waiting, ended] = [[], [], []];
    transport.listen({
      bytes: (bytes) => { pieces.push(bytes); waiting.push(session.toPage.desiredSize); },
      closed: (why) => ended.push(why),
    });
  });

  test("hands on every piece in its order", async () => {
    session.toPage.enqueue(Uint8Array.of(1, 2));
    session.toPage.enqueue(Uint8Array.of(3));
    await settled();
    expect(pieces).toEqual([Uint8Array.of(1, 2), Uint8Array.of(3)]);
    expect(transport.wholeFrames).toBe(false);
  });

  test("fetches a piece only when the page has taken the one before", async () => {
    await settled();
    for (let i = 0; i < 3; i++) session.toPage.enqueue(Uint8Array.of(i));
    await settled();
    // Bytes that the page has not fetched, each time it was handed a piece.
    expect(waiting).toEqual([-2, -1, 0]);
  });

  test.each([["closes the stream", (s: FakeSession) => s.toPage.close(), "The relay closed the connection."], ["is lost", (s: FakeSession) => s.toPage.error(new Error("gone")), "The connection to the relay is lost."]])(
    "ends once when the relay %s", async (_, end, sentence) => {
      end(session);
      await settled();
      expect(ended).toEqual([sentence]);
      expect(session.closes).toBe(1);
      transport.send(Uint8Array.of(1));
      transport.close();
      await settled();
      expect(session.written).toEqual([]);
      expect(ended).toHaveLength(1);
    });

  test("lets what was sent leave before its own close, which nobody is told", async () => {
    let done!: () => void;
    session.write = () => new Promise((resolve) => { done = resolve; });
    transport.send(Uint8Array.of(9));
    transport.close();
    await settled();
    expect(session.closes).toBe(0);
    done();
    await settled();
    expect(session.finished).toBe(true);
    expect(session.closes).toBe(1);
    expect(ended).toEqual([]);
  });

  test("gives up when a megabyte waits to be sent", async () => {
    session.write = () => new Promise(() => {});
    for (let i = 0; i < 17; i++) transport.send(new Uint8Array(64 * 1024));
    expect(session.closes).toBe(1);
  });
});
