import { describe, expect, test } from "vitest";
import { concat, fromHex, toHex } from "@clustercast/verifier";
import { decodeBody, encode, FrameParser, layouts, MAX_BODY, ProtocolError, type Frame } from "@clustercast/player/wire/index";
import { seeded } from "../../testing/random.ts";
import { vectors } from "../../testing/vectors.ts";

interface FrameVector { name: string; type: string; hex: string; fields: Record<string, unknown> }
const examples = vectors<FrameVector[]>("frames.json");
const invalid = vectors<{ name: string; hex: string; reason: string }[]>("invalid.json");

function parse(bytes: Uint8Array): Frame[] {
  const parser = new FrameParser();
  const frames = [...parser.push(bytes)].map((p) => p.frame);
  if (parser.pending > 0) throw new ProtocolError("unfinished");
  return frames;
}

/** A decoded value as the vectors write it. */
function plain(value: unknown, key: string): unknown {
  if (key === "leafHashes") return Array.from({ length: (value as Uint8Array).length / 32 }, (_, i) => toHex((value as Uint8Array).subarray(32 * i, 32 * i + 32)));
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map((item) => plain(item, ""));
  if (typeof value === "object") return Object.fromEntries(Object.entries(value as object).map(([k, v]) => [k, plain(v, k)]));
  if (key === "stream") return `0x${(value as bigint).toString(16).padStart(64, "0")}`;
  return typeof value === "string" ? value : String(value);
}
const vectorName: Record<string, string> = { signature: "sig", leafHashes: "leaves" };

test.each(examples)("$name is read and written as the vector says", ({ type, hex, fields }) => {
  const bytes = fromHex(hex);
  const [frame, ...more] = parse(bytes);
  expect(more).toEqual([]);
  const { type: name, ...values } = frame!;
  expect(layouts[name][0]).toBe(parseInt(type, 16));
  expect(Object.fromEntries(Object.entries(values).map(([k, v]) => [vectorName[k] ?? k, plain(v, k)]))).toEqual(fields);
  expect(toHex(encode(frame!))).toBe(hex);
});

test.each(invalid)("$name is refused: $reason", ({ hex }) => {
  expect(() => parse(fromHex(hex))).toThrow(ProtocolError);
});

test("the vectors hold every message", () => {
  const seen = new Set(examples.map((e) => parseInt(e.type, 16)));
  expect(Object.values(layouts).map(([code]) => code).filter((code) => !seen.has(code))).toEqual([]);
});

describe("the parser", () => {
  const stream = concat(...examples.map((e) => fromHex(e.hex)));

  test("finds the same frames however the bytes are cut", () => {
    const whole = parse(stream);
    const random = seeded(3);
    for (let round = 0; round < 50; round++) {
      const parser = new FrameParser(), frames: Frame[] = [];
      for (let at = 0; at < stream.length;) {
        const size = 1 + random.below(round % 2 ? 40 : 5000);
        for (const { frame } of parser.push(stream.subarray(at, at + size))) frames.push(frame);
        at += size;
      }
      expect(parser.pending).toBe(0);
      expect(frames).toEqual(whole);
    }
  });

  test("skips unknown types", () => {
    expect(parse(concat(Uint8Array.of(0x7f, 3, 1, 2, 3), fromHex(examples[0]!.hex)))).toHaveLength(1);
  });

  test("refuses an oversized body before it arrives", () => {
    const header = new Uint8Array(5);
    header[0] = layouts.leaf[0];
    new DataView(header.buffer).setUint32(1, (0x8000_0000 + MAX_BODY + 1) >>> 0);
    expect(() => parse(header)).toThrow(ProtocolError);
  });

  test("random bytes and flipped bits give frames or a ProtocolError, and keep at most one frame", () => {
    const random = seeded(5);
    for (let round = 0; round < 4000; round++) {
      const parser = new FrameParser();
      const bytes = round % 2 ? random.bytes(1 + random.below(300)) : stream.slice(0, 6000);
      if (round % 2 === 0) for (let flips = 1 + random.below(4); flips > 0; flips--) bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
      try {
        for (const { frame } of parser.push(bytes)) expect(frame.type in layouts).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
      }
      expect(parser.pending).toBeLessThanOrEqual(MAX_BODY + 5);
    }
  });

  test("every body that decodes encodes to itself", () => {
    const random = seeded(9);
    for (let round = 0; round < 4000; round++) {
      const code = Object.values(layouts)[random.below(Object.keys(layouts).length)]![0];
      const body = random.bytes(random.below(200));
      let frame: Frame | null = null;
      try { frame = decodeBody(code, body); } catch (error) { expect(error).toBeInstanceOf(ProtocolError); }
      if (!frame) continue;
      const again = encode(frame);
      expect(toHex(again.subarray(again.length - body.length))).toBe(toHex(body));
    }
  });

  test("a value that does not fit is refused when writing", () => {
    expect(() => encode({ type: "ping", value: 1n << 64n })).toThrow(RangeError);
    expect(() => encode({ type: "unsubscribe", channel: 256 })).toThrow(RangeError);
    expect(() => encode({ type: "leaf", channel: 1, window: 1, part: 0, leaf: 0, bytes: new Uint8Array(MAX_BODY) })).toThrow(RangeError);
  });
});
