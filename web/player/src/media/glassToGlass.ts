import { ageOf, CODE_HEIGHT, CODE_WIDTH, readTimeCode } from "./timeCode.ts";

const EVERY = 3;
const KEPT = 20_000;
const MAX_AGE = 60_000;

/** Percentiles in ms. */
export interface Latency { p50: number; p95: number; samples: number }

/** Reads the time code of every third painted frame: how old the picture on the screen is. */
export class GlassToGlass {
  readonly #ages: number[] = [];
  readonly #context: CanvasRenderingContext2D | null;
  #frames = 0;
  #latest: number | null = null;

  constructor() {
    const canvas = document.createElement("canvas");
    canvas.width = CODE_WIDTH;
    canvas.height = CODE_HEIGHT;
    this.#context = canvas.getContext("2d", { willReadFrequently: true });
  }

  /** Takes the frame that is on the screen at `shownAt` (performance clock). */
  frame(video: HTMLVideoElement, shownAt: number): void {
    if (this.#frames++ % EVERY !== 0 || !this.#context || video.videoWidth < CODE_WIDTH) return;
    this.#context.drawImage(video, 0, 0, CODE_WIDTH, CODE_HEIGHT, 0, 0, CODE_WIDTH, CODE_HEIGHT);
    const stamp = readTimeCode(this.#context.getImageData(0, 0, CODE_WIDTH, CODE_HEIGHT).data);
    if (stamp === null) return;
    const age = ageOf(stamp, Date.now() + (shownAt - performance.now()));
    if (age < 0 || age > MAX_AGE) return;
    this.#latest = age;
    if (this.#ages.length < KEPT) this.#ages.push(age);
  }

  /** The newest sample, ms. */
  get latest(): number | null { return this.#latest; }

  /** All samples; null where no frame carried a code. */
  get summary(): Latency | null {
    if (this.#ages.length === 0) return null;
    const sorted = this.#ages.toSorted((a, b) => a - b);
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
    return { p50: at(0.5), p95: at(0.95), samples: sorted.length };
  }
}
