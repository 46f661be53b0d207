import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Verifier } from "@clustercast/verifier";
import { fromHex } from "@clustercast/verifier";
import { BAN_MS, Candidates, recordDigest, recordFault, score, webSocketOf, webTransportOf } from "@clustercast/player/relays/index";
import { domainsOf, LocalKey, type Domains } from "@clustercast/player/signing/index";
import { decodeAs, encodeBody, type RelayRecord } from "@clustercast/player/wire/index";
import { seeded } from "../../testing/random.ts";
import { deployment } from "../../testing/stage.ts";
import { vectors, type TypedFile } from "../../testing/vectors.ts";
import { loadVerifier } from "../../testing/wasm.ts";

const now = 1_764_000_000_000;
let verifier: Verifier, domains: Domains;
beforeAll(async () => {
  verifier = await loadVerifier();
  domains = domainsOf(verifier, deployment);
});

function record(change: Partial<RelayRecord> = {}, key = LocalKey.fresh(verifier)): RelayRecord {
  const made: RelayRecord = {
    type: "record", endpoints: [{ kind: 1, url: "tls://h:1" }, { kind: 2, url: "wss://h/clustercast" }], tracks: [{ stream: 1n, track: 480, oldest: 1, newest: 2 }],
    node: key.address, payout: key.address, price: 10_000n, issued: BigInt(now), expires: BigInt(now + 60_000), signature: new Uint8Array(65), ...change,
  };
  return { ...made, signature: key.sign(recordDigest(verifier, domains, made)) };
}

describe("a record", () => {
  test("is taken when signed, fresh and reachable", () => {
    expect(recordFault(verifier, domains, record(), now)).toBeNull();
    expect(webSocketOf(record())).toBe("wss://h/clustercast");
  });

  test.each([
    ["expired", {}, now + 60_000, "expired"], ["from the future", { issued: BigInt(now + 30_001), expires: BigInt(now + 60_000) }, now, "future"],
    ["without an address for a browser", { endpoints: [{ kind: 1, url: "tls://h:1" }] }, now, "for a browser"], ["with a script for an address", { endpoints: [{ kind: 2, url: "javascript:0" }] }, now, "for a browser"],
  ])("is refused when %s", (_, change, at, sentence) => expect(recordFault(verifier, domains, record(change), at)).toContain(sentence));

  test("may name a WebTransport and the certificates that answer there", () => {
    const hash = (byte: number): string => Buffer.alloc(32, byte).toString("base64url");
    const at = (url: string): ReturnType<typeof webTransportOf> => webTransportOf(record({ endpoints: [{ kind: 2, url: "ws://h/clustercast" }, { kind: 4, url }] }));
    expect(at(`https://h:1/clustercast#${hash(0xfb)},${hash(2)}`)).toEqual({ url: "https://h:1/clustercast", hashes: [new Uint8Array(32).fill(0xfb), new Uint8Array(32).fill(2)] });
    for (const wrong of ["https://h:1/clustercast", "https://h:1/clustercast#", `https://h:1/clustercast#${hash(1)},AAAA`, `https://h:1/clustercast#${hash(1)}=`, `http://h:1/clustercast#${hash(1)}`, "javascript:0#AAAA"]) {
      expect(at(wrong)).toBeNull();
    }
    expect(recordFault(verifier, domains, record({ endpoints: [{ kind: 4, url: `https://h:1/clustercast#${hash(1)}` }] }), now)).toBeNull();
  });

  test("is refused when anything in it was changed after signing", () => {
    const good = record();
    for (const change of [{ price: 1n }, { payout: `0x${"11".repeat(20)}` }, { tracks: [] }, { endpoints: [{ kind: 2, url: "ws://evil" }] }, { node: `0x${"22".repeat(20)}` }]) {
      expect(recordFault(verifier, domains, { ...good, ...change }, now)).toContain("signature");
    }
  });

  test.each(vectors<TypedFile>("record.json").cases.filter((c) => c.frameBody))("of the vectors ($name) has the vectors' digest", (example) => {
    const body = fromHex(example.frameBody as string);
    const decoded = decodeAs("record", body);
    expect(encodeBody(decoded)).toEqual(body);
    const { domains: known } = vectors<{ domains: { relayStaking: { separator: string } } }>("domains.json");
    expect(recordDigest(verifier, { ...domains, relayStaking: fromHex(known.relayStaking.separator) }, decoded)).toEqual(fromHex(example.digest));
  });
});

describe("candidates", () => {
  let candidates: Candidates;
  const random = seeded(77);
  beforeEach(() => { candidates = new Candidates(random.bytes); });
  const choose = (except?: string) => candidates.choose(1n, 480, now, except)?.node;

  test("newcomers go where there is room", () => {
    const full = record(), idle = record();
    candidates.add(full);
    candidates.add(idle);
    candidates.loaded(full.node, 90);
    const share = Array.from({ length: 500 }, () => choose()).filter((c) => c === idle.node).length;
    expect(share).toBeGreaterThan(400);
    expect(share).toBeLessThan(500);
    candidates.loaded(full.node, 255);
    expect(score(candidates.get(full.node)!)).toBeCloseTo(3 * score(candidates.get(idle.node)!));
  });

  test("the cheap and near are chosen far more often, the others now and then", () => {
    const near = record(), far = record({ price: 20_000n });
    candidates.add(near);
    candidates.add(far);
    candidates.get(near.node)!.roundTrip = 10;
    candidates.get(far.node)!.roundTrip = 200;
    expect(score(candidates.get(near.node)!)).toBeLessThan(score(candidates.get(far.node)!));
    const chosen = Array.from({ length: 500 }, () => choose());
    const share = chosen.filter((c) => c === near.node).length;
    expect(share).toBeGreaterThan(400);
    expect(share).toBeLessThan(500);
  });

  test("the banned, resting, expired and excepted are not chosen; a ban ends after ten minutes", () => {
    const one = record();
    candidates.add(one);
    expect(choose(one.node)).toBeUndefined();
    candidates.ban(one.node, now, "it lied");
    expect(choose()).toBeUndefined();
    expect(candidates.leastTired(now)).toBeNull();
    expect(candidates.get(one.node)).toMatchObject({ bannedUntil: now + BAN_MS, why: "it lied" });
    candidates.add({ ...one, issued: one.issued + 1n, expires: BigInt(now + BAN_MS + 60_000) });
    expect(candidates.choose(1n, 480, now + BAN_MS)?.node).toBe(one.node);
    candidates.rest(one.node, now + BAN_MS, 5_000, "it stalled");
    expect(candidates.choose(1n, 480, now + BAN_MS + 1)).toBeNull();
    expect(candidates.leastTired(now + BAN_MS + 999)).toBeNull();
    expect(candidates.leastTired(now + BAN_MS + 1_000)?.node).toBe(one.node);
    candidates.wake();
    expect(candidates.choose(1n, 480, now + BAN_MS + 1)?.node).toBe(one.node);
    expect(candidates.choose(1n, 480, now + BAN_MS + 60_000)).toBeNull();
  });

  test("relays that carry the track come first; the newer record of a node stays; memory is bounded", () => {
    const key = LocalKey.fresh(verifier), other = record({ tracks: [] }), carrying = record({ price: 999_999n }, key);
    candidates.add(other);
    candidates.add(carrying);
    expect(Array.from({ length: 20 }, () => choose()).every((c) => c === carrying.node)).toBe(true);
    candidates.add({ ...carrying, issued: carrying.issued - 1n, price: 1n });
    expect(candidates.get(key.address)!.record.price).toBe(999_999n);
    for (let i = 0; i < 400; i++) candidates.add({ ...other, node: `0x${i.toString(16).padStart(40, "0")}` });
    expect(candidates.all).toHaveLength(256);
  });
});
