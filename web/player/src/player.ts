import type { Verifier } from "@clustercast/verifier";
import { systemClock, systemRandom } from "./clock.ts";
import { Counters } from "./counters.ts";
import { Feeder } from "./media/feeder.ts";
import { GlassToGlass } from "./media/glassToGlass.ts";
import type { Purse } from "./purse/index.ts";
import { Reachability, Subscription, type ReadableKeys } from "./relays/index.ts";
import { systemSessions } from "./relays/webTransport.ts";
import { domainsOf, type Deployment } from "./signing/index.ts";
import { statsOf, type PlayerStats } from "./stats.ts";
import { Timeline } from "./timeline.ts";
import type { RelayRecord } from "./wire/index.ts";

/** What a page gives to watch one stream. */
export interface PlayerOptions {
  verifier: Verifier;
  deployment: Deployment;
  stream: bigint;
  /** Lines of the picture; 0 is any. */
  track: number;
  video: HTMLVideoElement;
  keys: ReadableKeys;
  purse: Purse;
  /** When the page was asked to play, on the clock of `performance.now()`; 0, the start of the navigation, where none is given. */
  askedAt?: number;
  /** A relay without a verified leaf for this long is left, ms. */
  stallAfterMs?: number;
  moreRecords(): void;
  onChange(): void;
}

const STALL_AFTER_MS = 1_500;

/** Watches one stream: relays, verification, payment, picture and figures together. */
export class Player {
  readonly subscription: Subscription;
  readonly feeder: Feeder;
  readonly counters = new Counters();
  readonly glass = new GlassToGlass();
  readonly purse: Purse;
  /** The way to the first picture. */
  readonly timeline: Timeline;
  #stopping: Promise<PlayerStats> | null = null;

  constructor(private readonly options: PlayerOptions) {
    const { verifier, deployment, stream, track, video, keys, purse } = options;
    this.purse = purse;
    this.timeline = new Timeline(options.askedAt ?? 0);
    this.feeder = new Feeder(video, stream, this.timeline, options.onChange);
    const context = {
      verifier, domains: domainsOf(verifier, deployment), chainId: deployment.chainId, clock: systemClock, random: systemRandom,
      openSocket: (url: string, protocol: string) => new WebSocket(url, protocol), openSession: systemSessions, reachability: new Reachability(),
      timeline: this.timeline,
    };
    this.subscription = new Subscription(context, {
      stream, track, deployment, keys, purse, stallAfterMs: options.stallAfterMs ?? STALL_AFTER_MS,
      onPart: (part) => this.feeder.push(part), moreRecords: options.moreRecords, onChange: options.onChange,
    }, this.counters);
    this.#watchFrames(video);
  }

  /** From the moment that the page was asked to play to the first painted frame, ms. */
  get firstFrameMs(): number | null { return this.timeline.at("painted"); }

  addRecord(record: RelayRecord): void { this.subscription.add(record); }
  start(): void { this.subscription.start(); }

  stats(): PlayerStats {
    this.subscription.count();
    return statsOf(this, this.options.video);
  }

  /** Pays what is owed, waits at most 3 s for the acknowledgements, and returns the final figures. */
  stop(): Promise<PlayerStats> {
    return this.#stopping ??= this.#stop();
  }

  async #stop(): Promise<PlayerStats> {
    await this.subscription.stop();
    const stats = this.stats();
    this.feeder.stop();
    this.options.onChange();
    return stats;
  }

  #watchFrames(video: HTMLVideoElement): void {
    const shown: VideoFrameRequestCallback = (now, frame) => {
      if (this.firstFrameMs === null) {
        this.timeline.mark("painted", now);
        this.feeder.painted();
        this.options.onChange();
      }
      this.glass.frame(video, Math.max(now, frame.expectedDisplayTime));
      video.requestVideoFrameCallback(shown);
    };
    video.requestVideoFrameCallback(shown);
  }
}
