import { spawn, type ChildProcess } from "node:child_process";
import { concat } from "@clustercast/verifier";
import { seeded } from "./random.ts";
import { boxes, find } from "@clustercast/player/media/boxes";

const WIDTH = 854, HEIGHT = 480, RATE = 30;
const BLOCK = 16, BLOCKS = 36;
const NOISE_ROWS = 100;

/** A part as the segmenter would cut it. */
export interface SourcePart { bytes: Uint8Array; idr: boolean; time: bigint }

/**
 * A real encoder at work: frames with a time code (spec/timecode.md) and a tone go through FFmpeg in real time and come out as fMP4 parts of about
 * 100 ms, with an IDR frame every 2 s.
 */
export class LiveSource {
  onInit: (init: Uint8Array) => void = () => {};
  onPart: (part: SourcePart) => void = () => {};
  readonly #ffmpeg: ChildProcess;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #frame = new Uint8Array((WIDTH * HEIGHT * 3) / 2).fill(0x80);
  /** Something to encode: without it the bit rate would be a tenth. */
  readonly #noise = seeded(1).bytes(WIDTH * (NOISE_ROWS + 64));
  #sent = 0;
  readonly #start = Date.now();
  #left: Uint8Array = new Uint8Array(0);
  #init: Uint8Array[] | null = [];
  #moof: Uint8Array | null = null;

  constructor() {
    this.#ffmpeg = spawn("ffmpeg", [
      "-hide_banner", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", `${WIDTH}x${HEIGHT}`, "-r", String(RATE), "-i", "pipe:0",
      "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-profile:v", "main",
      "-b:v", "1200k", "-maxrate", "1500k", "-bufsize", "1500k", "-g", "60", "-keyint_min", "60", "-sc_threshold", "0", "-c:a", "aac", "-b:a", "96k", "-shortest",
      "-f", "mp4", "-movflags", "empty_moov+default_base_moof+frag_keyframe", "-frag_duration", "100000", "-flush_packets", "1", "pipe:1",
    ], { stdio: ["pipe", "pipe", "inherit"] });
    this.#ffmpeg.stdin!.on("error", () => {});
    this.#ffmpeg.stdout!.on("data", (chunk: Buffer) => this.#take(chunk));
    this.#timer = setInterval(() => this.#paint(), 10);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const ended = new Promise((done) => this.#ffmpeg.once("exit", done));
    this.#ffmpeg.kill("SIGKILL");
    await ended;
  }

  /** Gives the encoder the frames that are due, a few seconds at most. */
  #paint(): void {
    const due = Math.floor(((Date.now() - this.#start) * RATE) / 1000);
    for (let burst = 0; this.#sent < due && burst < RATE; burst++, this.#sent++) {
      stamp(this.#frame, Date.now());
      const x = (this.#sent * 6) % (WIDTH - 64);
      for (let y = 200; y < 264; y++) this.#frame.fill(0x40, y * WIDTH, (y + 1) * WIDTH).fill(0xd0, y * WIDTH + x, y * WIDTH + x + 64);
      this.#frame.set(this.#noise.subarray((this.#sent % 64) * WIDTH, (this.#sent % 64 + NOISE_ROWS) * WIDTH), 300 * WIDTH);
      this.#ffmpeg.stdin!.write(Uint8Array.from(this.#frame));
    }
  }

  #take(chunk: Uint8Array): void {
    this.#left = concat(this.#left, chunk);
    for (;;) {
      if (this.#left.length < 8) return;
      const view = new DataView(this.#left.buffer, this.#left.byteOffset);
      const size = view.getUint32(0);
      if (size < 8 || this.#left.length < size) return;
      const box = this.#left.slice(0, size);
      this.#left = this.#left.slice(size);
      this.#box(String.fromCharCode(...box.subarray(4, 8)), box);
    }
  }

  #box(type: string, box: Uint8Array): void {
    if (type === "moof") {
      if (this.#init) this.onInit(concat(...this.#init));
      this.#init = null;
      this.#moof = box;
    } else if (type === "mdat" && this.#moof) {
      this.onPart({ bytes: concat(this.#moof, box), idr: beginsWithIdr(box.subarray(8)) && hasVideo(this.#moof), time: BigInt(Date.now()) });
      this.#moof = null;
    } else this.#init?.push(box);
  }
}

function hasVideo(moof: Uint8Array): boolean {
  const content = find(moof, "moof")!;
  for (const { type, content: traf } of boxes(content)) {
    const tfhd = type === "traf" && find(traf, "tfhd");
    if (tfhd && new DataView(tfhd.buffer, tfhd.byteOffset).getUint32(4) === 1) return true;
  }
  return false;
}

function beginsWithIdr(sample: Uint8Array): boolean {
  const view = new DataView(sample.buffer, sample.byteOffset, sample.byteLength);
  for (let at = 0; at + 5 < sample.length; at += 4 + view.getUint32(at)) {
    const nal = sample[at + 4]! & 0x1f;
    if (nal === 5) return true;
    if (nal === 1) return false;
  }
  return false;
}

/** Paints the low 32 bits of a Unix time in ms into the first 16 rows. */
export function stamp(frame: Uint8Array, now: number): void {
  const bits = (0b10n << 34n) | (BigInt.asUintN(32, BigInt(Math.round(now))) << 2n) | 0b01n;
  for (let block = 0; block < BLOCKS; block++) {
    const bright = ((bits >> BigInt(BLOCKS - 1 - block)) & 1n) === 1n;
    for (let y = 0; y < BLOCK; y++) frame.fill(bright ? 0xe0 : 0x18, y * WIDTH + block * BLOCK, y * WIDTH + (block + 1) * BLOCK);
  }
}
