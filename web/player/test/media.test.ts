import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { concat } from "@clustercast/verifier";
import { mimeTypeOf } from "@clustercast/player/media/codecs";
import { boxes, find } from "@clustercast/player/media/boxes";
import { LiveEdge } from "@clustercast/player/media/liveEdge";
import { startTimeOf } from "@clustercast/player/media/startTime";
import { ageOf, CODE_HEIGHT, CODE_WIDTH, readTimeCode } from "@clustercast/player/media/timeCode";
import { badLeaves } from "@clustercast/player/media/audit";
import { VerifiedWindow, VerifiedPart } from "@clustercast/player/windows/index";
import { seeded } from "../../testing/random.ts";
import { loadVerifier } from "../../testing/wasm.ts";

/** The init segment that FFmpeg writes. */
function init(...codec: string[]): Uint8Array { return written(codec, "ftyp", "moov"); }

/** The boxes of these types, of a fifth of a second as FFmpeg writes it. */
function written(codec: string[], ...wanted: string[]): Uint8Array {
  const file = execFileSync("ffmpeg", [
    "-hide_banner", "-loglevel", "error", "-f", "lavfi", "-i", "color=s=320x240:r=25:d=0.2", "-f", "lavfi", "-i", "sine=d=0.2", ...codec,
    "-f", "mp4", "-movflags", "empty_moov+default_base_moof+frag_keyframe", "pipe:1"], { maxBuffer: 1 << 24 });
  const kept = [...boxes(new Uint8Array(file))].filter((b) => wanted.includes(b.type));
  return concat(...kept.map((b) => concat(new Uint8Array(new Uint32Array([b.content.length + 8]).buffer).reverse(), new TextEncoder().encode(b.type), b.content)));
}

describe("the codec string", () => {
  test.each([
    [["-c:v", "libx264", "-profile:v", "main", "-level", "3.1", "-c:a", "aac"], /^video\/mp4; codecs="avc1\.4d401f,mp4a\.40\.2"$/],
    [["-c:v", "libx264", "-profile:v", "high", "-level", "4.0", "-an"], /^video\/mp4; codecs="avc1\.640028"$/],
  ])("is read from the init segment", (codec, expected) => expect(mimeTypeOf(init(...codec))).toMatch(expected));

  test("names a codec that is not played", () => {
    expect(() => mimeTypeOf(init("-c:v", "libx265", "-x265-params", "log-level=none", "-tag:v", "hvc1", "-an"))).toThrow('"hvc1"');
    expect(() => mimeTypeOf(init("-vn", "-c:a", "aac"))).toThrow("no H.264");
    expect(() => mimeTypeOf(new Uint8Array(40))).toThrow("no H.264");
  });

  test("mangled init segments give a sentence or a codec, never anything else", () => {
    const good = init("-c:v", "libx264", "-c:a", "aac"), random = seeded(2);
    for (let i = 0; i < 2000; i++) {
      const bad = good.slice(0, i % 3 === 0 ? random.below(good.length) : good.length);
      for (let n = random.below(6); n > 0 && bad.length > 0; n--) bad[random.below(bad.length)] = random.below(256);
      try { expect(mimeTypeOf(bad)).toMatch(/^video\/mp4/); } catch (error) { expect((error as Error).message).toMatch(/^The stream/); }
    }
    expect(find(good, "moov", "nothing")).toBeNull();
  });
});

describe("the start of a part", () => {
  const codec = ["-c:v", "libx264", "-c:a", "aac"];
  test.each([0, 3, 5_000_000])("is the decode time of its earlier track: %d s after the origin", (seconds) => {
    const moov = init(...codec), part = written(codec, "moof", "mdat");
    for (const moof of [...boxes(part)].filter((b) => b.type === "moof")) {
      const traf = find(moof.content, "traf")!, [header, time] = [find(traf, "tfhd")!, find(traf, "tfdt")!].map((b) => new DataView(b.buffer, b.byteOffset, b.length));
      // FFmpeg's timescales: 12,800 for pictures of 25 a second, the sampling rate for sound, which begins half a second later here.
      const isSound = header!.getUint32(4) === 2;
      time!.setBigUint64(4, BigInt(isSound ? (seconds + 0.5) * 44_100 : seconds * 12_800));
    }
    expect(startTimeOf(moov, part)).toBe(seconds);
  });

  test("is 0 for what says nothing, and mangled bytes do no harm", () => {
    const moov = init(...codec), part = written(codec, "moof", "mdat"), random = seeded(3);
    expect(startTimeOf(moov, new Uint8Array(50))).toBe(0);
    expect(startTimeOf(new Uint8Array(50), part)).toBe(0);
    for (let i = 0; i < 2000; i++) {
      const bad = [moov.slice(), part.slice(0, i % 3 === 0 ? random.below(part.length) : part.length)] as const;
      for (const bytes of bad) for (let n = random.below(6); n > 0 && bytes.length > 0; n--) bytes[random.below(Math.min(bytes.length, 900))] = random.below(256);
      expect(startTimeOf(...bad)).toBeGreaterThanOrEqual(0);
    }
  });
});

describe("the live edge", () => {
  const at = (currentTime: number, end: number, started = true, start = 0) => new LiveEdge().decide({ currentTime, started, ranges: [{ start, end }] });

  test("begins with the oldest frame, which is decoded at once, and then goes to a little behind the newest", () => {
    expect(at(0, 2, false)).toEqual({ rate: 1 });
    expect(at(0, 102, false, 100)).toEqual({ rate: 1, seekTo: 100 });
    expect(new LiveEdge().decide({ currentTime: 100.03, started: true, settling: true, ranges: [{ start: 100, end: 102 }] }).seekTo).toBeCloseTo(101.3);
    expect(new LiveEdge().decide({ currentTime: 0, started: false, ranges: [] })).toEqual({ rate: 1 });
    expect(at(0, 0.1, false, 0.03)).toEqual({ rate: 1 });
    expect(new LiveEdge().decide({ currentTime: 0, started: true, settling: true, ranges: [{ start: 0.03, end: 0.3 }] }).seekTo).toBeUndefined();
  });

  test("nudges the rate between 0.95 and 1.1", () => {
    expect([9.3, 9.15, 8.7, 9.55].map((t) => at(t, 10).rate)).toEqual([1, 1.05, 1.1, 0.95]);
  });

  test("seeks when far behind, beyond the end, or before a gap", () => {
    expect(at(7, 10).seekTo).toBeCloseTo(9.3);
    expect(at(12, 10).seekTo).toBeCloseTo(9.3);
    expect(new LiveEdge().decide({ currentTime: 8.8, started: true, settling: true, ranges: [{ start: 0, end: 10 }] }).seekTo).toBeCloseTo(9.3);
    expect(new LiveEdge().decide({ currentTime: 8.8, started: true, ranges: [{ start: 0, end: 10 }] }).seekTo).toBeUndefined();
    const gap = new LiveEdge().decide({ currentTime: 4.05, started: true, ranges: [{ start: 0, end: 4 }, { start: 4.5, end: 5.3 }] });
    expect(gap.seekTo).toBeCloseTo(4.6);
  });

  test("keeps more distance after stalls, to a bound, and less when calm", () => {
    const edge = new LiveEdge(), first = edge.target;
    edge.stalled();
    expect(edge.target).toBeGreaterThan(first);
    for (let i = 0; i < 20; i++) edge.stalled();
    expect(edge.target).toBeLessThanOrEqual(1.5);
    for (let i = 0; i < 20; i++) edge.calm();
    expect(edge.target).toBe(first);
  });
});

describe("the time code", () => {
  /** Pixels of a code as a browser paints it: full range, with `noise`. */
  function paint(stamp: number, guards = [1, 0, 0, 1], noise = 0): Uint8ClampedArray {
    const random = seeded(stamp >>> 0), pixels = new Uint8ClampedArray(4 * CODE_WIDTH * CODE_HEIGHT);
    const bits = [...guards.slice(0, 2), ...Array.from({ length: 32 }, (_, i) => (stamp >>> (31 - i)) & 1), ...guards.slice(2)];
    for (let i = 0; i < CODE_WIDTH * CODE_HEIGHT; i++) {
      const value = (bits[Math.floor((i % CODE_WIDTH) / 16)]! ? 242 : 9) + random.below(2 * noise + 1) - noise;
      pixels.set([value, value, value, 255], 4 * i);
    }
    return pixels;
  }

  test.each([0, 1, 0x8000_0000, 0xffff_ffff, 0x1234_5678])("stamp %i is read, with noise too", (stamp) => {
    expect(readTimeCode(paint(stamp))).toBe(stamp);
    expect(readTimeCode(paint(stamp, [1, 0, 0, 1], 40))).toBe(stamp);
  });

  test("wrong guards and grey pictures are none", () => {
    for (let block = 0; block < 4; block++) {
      const guards = [1, 0, 0, 1];
      guards[block]! ^= 1;
      expect(readTimeCode(paint(77, guards))).toBeNull();
    }
    expect(readTimeCode(new Uint8ClampedArray(4 * CODE_WIDTH * CODE_HEIGHT).fill(128))).toBeNull();
    expect(readTimeCode(new Uint8ClampedArray(4 * CODE_WIDTH * CODE_HEIGHT))).toBeNull();
  });

  test("ages wrap with the 32 bits", () => {
    expect(ageOf(0xffff_ff00, 2 ** 32 * 411 + 16)).toBe(272);
    expect(ageOf(1000, 900)).toBe(-100);
    expect(ageOf((1_764_000_000_000 - 700) % 2 ** 32, 1_764_000_000_000)).toBe(700);
  });
});

test("the second look at what is shown finds each changed leaf", async () => {
  const verifier = await loadVerifier(), bytes = seeded(8).bytes(40_000);
  const place = { stream: 1n, run: 9n, track: 480, window: 3, part: 2 };
  const window = new VerifiedWindow(9n, 480, 3, new Uint8Array(32), new Uint8Array(1), new Uint8Array(32));
  const part = new VerifiedPart(window, 2, 1n, 0, bytes.length, verifier.leafHashes(place, bytes));
  expect(badLeaves(1n, part, bytes)).toBe(0);
  const changed = bytes.slice();
  changed[0]! ^= 1;
  changed[39_999]! ^= 1;
  expect(badLeaves(1n, part, changed)).toBe(2);
  expect(badLeaves(2n, part, bytes)).toBe(3);
});
