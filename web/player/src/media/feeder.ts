import { equal } from "@clustercast/verifier";
import type { VerifiedPart, VerifiedWindow } from "../windows/index.ts";
import { badLeaves } from "./audit.ts";
import { mimeTypeOf } from "./codecs.ts";
import { LiveEdge } from "./liveEdge.ts";
import { startTimeOf } from "./startTime.ts";
import type { Timeline } from "../timeline.ts";

const MAX_QUEUE = 16 * 1024 * 1024;
const KEEP_BEHIND = 10;
const STEP_MS = 100;
const CALM_MS = 60_000;
const STALL_MS = 100;
/** The start is no stall. */
const SETTLE_MS = 2_500;
const SEEK_REST_MS = 800;
/** Parts that may wait to be looked at again while nothing is on the screen. */
const MAX_UNAUDITED = 64;

type AnyMediaSource = typeof MediaSource;

/** Feeds verified parts to a video element by Media Source Extensions and keeps it at the live edge. */
export class Feeder {
  /** Times that the picture stood still for 100 ms or more after it had begun. */
  stalls = 0;
  /** One sentence when the browser cannot play the stream; empty else. */
  trouble = "";

  readonly #edge = new LiveEdge();
  #badLeaves = 0;
  /** What the decoder has been given and nobody has looked at again yet. */
  #unaudited: { part: VerifiedPart; bytes: Uint8Array }[] = [];
  readonly #queue: VerifiedPart[] = [];
  #queued = 0;
  #buffer: SourceBuffer | null = null;
  #source: MediaSource | null = null;
  #window: VerifiedWindow | null = null;
  #startedAt: number | null = null;
  #soughtAt = 0;
  /** The media source belongs to a window. */
  #taken = false;
  /** Begins the next append: the init segment. */
  #init: { type: string; bytes: Uint8Array } | null = null;
  #painted = false;
  #waitingSince: number | null = null;
  #lastStall = 0;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(private readonly video: HTMLVideoElement, private readonly stream: bigint, private readonly timeline: Timeline, private readonly onTrouble: () => void) {
    video.addEventListener("waiting", () => {
      const settled = this.#startedAt !== null && performance.now() - this.#startedAt > SETTLE_MS;
      if (settled && !video.seeking && !video.paused) this.#waitingSince ??= performance.now();
    });
    video.addEventListener("playing", () => this.#resumed());
    video.addEventListener("timeupdate", () => { if (video.readyState >= 3) this.#resumed(); });
    this.#timer = setInterval(() => this.#steer(), STEP_MS);
    this.#attach();
  }

  /** Leaves handed to the decoder that were not the signed ones. */
  get badLeavesShown(): number {
    // Before the first picture the processor has better to do, and nothing is shown.
    if (!this.#painted && this.#unaudited.length < MAX_UNAUDITED) return this.#badLeaves;
    for (const { part, bytes } of this.#unaudited.splice(0)) this.#badLeaves += badLeaves(this.stream, part, bytes);
    return this.#badLeaves;
  }

  /** Seconds between the picture and the newest buffered frame; null before the start. */
  get behindNewest(): number | null {
    const { buffered } = this.video;
    return this.started && buffered.length > 0 ? Math.max(0, buffered.end(buffered.length - 1) - this.video.currentTime) : null;
  }

  get started(): boolean { return this.#startedAt !== null; }

  /** Queues a complete part; a window with another init segment or run starts the player anew. */
  push(part: VerifiedPart): void {
    const before = this.#window;
    this.#window = part.window;
    if (!before || before.run !== part.window.run || !equal(before.initHash, part.window.initHash)) this.#open(part.window);
    if (this.#queued + part.bytes.length > MAX_QUEUE) this.#clear();
    this.#queue.push(part);
    this.#queued += part.bytes.length;
    this.#pump();
  }

  /** The first frame is on the screen: from now on the live edge matters. */
  painted(): void {
    this.#painted = true;
    this.#soughtAt = 0;
    this.#steer();
    setTimeout(() => this.badLeavesShown);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#clear();
    this.video.pause();
    if (this.#source?.readyState === "open" && !this.#buffer?.updating) this.#source.endOfStream();
  }

  /** Gives the video element a media source, before anything has come: that takes it a while. */
  #attach(): void {
    const managed = (globalThis as { ManagedMediaSource?: AnyMediaSource }).ManagedMediaSource;
    const source = this.#source = new (managed ?? MediaSource)();
    if (managed) this.video.disableRemotePlayback = true;
    if (this.video.src) URL.revokeObjectURL(this.video.src);
    this.video.src = URL.createObjectURL(source);
    source.addEventListener("sourceopen", () => { if (this.#source === source) this.#begin(); }, { once: true });
  }

  #open(window: VerifiedWindow): void {
    this.#clear();
    this.#buffer = null;
    this.#startedAt = null;
    try {
      const type = mimeTypeOf(window.init);
      if (!(this.#source!.constructor as AnyMediaSource).isTypeSupported(type)) throw new Error(`This browser does not play ${type}.`);
      this.#init = { type, bytes: window.init };
    } catch (error) {
      this.trouble = (error as Error).message;
      return this.onTrouble();
    }
    if (this.#taken) this.#attach();
    this.#taken = true;
    this.#begin();
  }

  #begin(): void {
    if (!this.#init || this.#source?.readyState !== "open") return;
    this.#buffer = this.#source.addSourceBuffer(this.#init.type);
    this.#buffer.addEventListener("updateend", () => { this.timeline.mark("buffered"); this.#steer(); });
    this.#pump();
  }

  #pump(): void {
    const buffer = this.#buffer;
    if (!buffer || buffer.updating || this.#queue.length === 0 || this.#source?.readyState !== "open") return;
    const parts = this.#queue.splice(0), init = this.#init;
    // The timeline begins with the first part: a player that has to seek to its first picture shows it later.
    if (init) buffer.timestampOffset = -startTimeOf(init.bytes, parts[0]!.bytes);
    const bytes = new Uint8Array((init?.bytes.length ?? 0) + this.#queued);
    if (init) bytes.set(init.bytes);
    let at = init?.bytes.length ?? 0;
    const shown = parts.map((part) => {
      const place = bytes.subarray(at, at += part.bytes.length);
      place.set(part.bytes);
      return { part, bytes: place };
    });
    try {
      buffer.appendBuffer(bytes);
      this.timeline.mark("appended");
      this.#queued = 0;
      this.#init = null;
      // The decoder works meanwhile.
      if (this.#unaudited.push(...shown) === shown.length) setTimeout(() => this.badLeavesShown);
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "QuotaExceededError") throw error;
      this.#queue.unshift(...parts);
      const { currentTime } = this.video;
      if (currentTime > 1) buffer.remove(0, currentTime - 1);
      else this.#clear();
    }
  }

  #steer(): void {
    const { video } = this, buffer = this.#buffer;
    this.#pump();
    if (!buffer || this.#source?.readyState !== "open") return;
    const ranges = Array.from({ length: video.buffered.length }, (_, i) => ({ start: video.buffered.start(i), end: video.buffered.end(i) }));
    if (ranges.length === 0) return;
    const now = performance.now(), age = now - (this.#startedAt ?? now);
    const settling = age < SETTLE_MS && now - this.#soughtAt > SEEK_REST_MS;
    const { seekTo, rate } = this.#edge.decide({ currentTime: video.currentTime, ranges, started: this.started, settling });
    if (seekTo !== undefined && !video.seeking) {
      video.currentTime = seekTo;
      this.#soughtAt = now;
    }
    if (video.playbackRate !== rate) video.playbackRate = rate;
    if (!this.started) this.#startedAt = this.#lastStall = this.#soughtAt = now;
    if (video.paused && !document.hidden) void video.play().catch(() => {});
    this.#watch();
    const behind = video.currentTime - KEEP_BEHIND;
    if (!buffer.updating && ranges[0]!.start < behind - KEEP_BEHIND) buffer.remove(0, behind);
  }

  #watch(): void {
    const now = performance.now();
    if (now - this.#lastStall > CALM_MS) {
      this.#edge.calm();
      this.#lastStall = now;
    }
  }

  #resumed(): void {
    const since = this.#waitingSince;
    this.#waitingSince = null;
    if (since === null || performance.now() - since < STALL_MS) return;
    this.stalls++;
    this.#lastStall = performance.now();
    this.#edge.stalled();
  }

  #clear(): void {
    this.#queue.length = 0;
    this.#queued = 0;
  }
}
