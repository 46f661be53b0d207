import type { RandomSource } from "../clock.ts";
import type { RelayRecord } from "../wire/index.ts";
import { carries } from "./record.ts";

export const BAN_MS = 10 * 60_000;
const EXPLORE = 0.1;

/** A relay as this page knows it. */
export interface Candidate {
  node: string;
  record: RelayRecord;
  /** ms; null until measured. */
  roundTrip: number | null;
  /** How full it says that it is, percent. */
  load: number;
  /** Unix ms until which it is not used; 0 when free. */
  bannedUntil: number;
  restsUntil: number;
  /** Unix ms of the last failure; 0 without one. */
  failedAt: number;
  /** Why it is banned or rests: one sentence. */
  why: string;
  /** Times that it stalled, died or refused. */
  failures: number;
}

/** Known relays, best first by price and round trip, with two random choices so that not everybody runs to one relay. */
export class Candidates {
  readonly #byNode = new Map<string, Candidate>();

  constructor(private readonly random: RandomSource) {}

  get all(): Candidate[] { return [...this.#byNode.values()]; }
  get(node: string): Candidate | undefined { return this.#byNode.get(node); }

  /** Takes a checked record; the newer one of a node stays. Holds at most 256 nodes. */
  add(record: RelayRecord): void {
    const known = this.#byNode.get(record.node);
    if (known) {
      if (record.issued > known.record.issued) known.record = record;
    } else if (this.#byNode.size < 256) {
      this.#byNode.set(record.node, { node: record.node, record, roundTrip: null, load: 0, bannedUntil: 0, restsUntil: 0, failedAt: 0, why: "", failures: 0 });
    }
  }

  /** A relay says how full it is. */
  loaded(node: string, percent: number): void {
    const candidate = this.#byNode.get(node);
    if (candidate) candidate.load = Math.min(percent, 100);
  }

  /** Not to be used for ten minutes: it showed something that the broadcaster did not sign. */
  ban(node: string, now: number, why: string): void {
    const candidate = this.#byNode.get(node);
    if (candidate) Object.assign(candidate, { bannedUntil: now + BAN_MS, why });
  }

  /** Not to be used for `ms`: it stalled, died or refused. */
  rest(node: string, now: number, ms: number, why: string): void {
    const candidate = this.#byNode.get(node);
    if (candidate) Object.assign(candidate, { restsUntil: now + ms, failedAt: now, why, failures: candidate.failures + 1 });
  }

  /** Not to be used for a moment, so that others have their turn: no fault of its. */
  pause(node: string, until: number): void {
    const candidate = this.#byNode.get(node);
    if (candidate && candidate.restsUntil < until) candidate.restsUntil = until;
  }

  /** Where all others are gone: the resting relay that is usable soonest, though not within a second of its failure. */
  leastTired(now: number): Candidate | null {
    const resting = this.all.filter((c) => c.bannedUntil <= now && c.failedAt + 1_000 <= now && c.record.expires > BigInt(now));
    return resting.sort((a, b) => a.restsUntil - b.restsUntil)[0] ?? null;
  }

  /** Lets the resting try again at once. */
  wake(): void {
    for (const candidate of this.all) Object.assign(candidate, { restsUntil: 0, failedAt: 0 });
  }

  /** Relays that could serve the track now, without those of `except`. */
  usable(stream: bigint, track: number, now: number, ...except: (string | undefined)[]): Candidate[] {
    const free = this.all.filter((c) => !except.includes(c.node) && c.bannedUntil <= now && c.restsUntil <= now && c.record.expires > BigInt(now));
    const carrying = free.filter((c) => carries(c.record, stream, track));
    return carrying.length > 0 ? carrying : free;
  }

  /** The better of two random usable relays; one time in ten the other one, so that a relay that got better is found. */
  choose(stream: bigint, track: number, now: number, ...except: (string | undefined)[]): Candidate | null {
    const usable = this.usable(stream, track, now, ...except);
    if (usable.length < 2) return usable[0] ?? null;
    const first = usable.splice(this.#below(usable.length), 1)[0]!;
    const second = usable[this.#below(usable.length)]!;
    const [better, worse] = score(first) <= score(second) ? [first, second] : [second, first];
    return worse.failures === 0 && this.#below(1000) < EXPLORE * 1000 ? worse : better;
  }

  #below(n: number): number {
    const bytes = this.random(4);
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) % n;
  }
}

/** Price weighed by distance: 100 ms of round trip double it, each failure too, a full relay costs three times as much. Unmeasured counts as 50 ms. */
export function score(candidate: Candidate): number {
  return (1 + Number(candidate.record.price)) * (1 + (candidate.roundTrip ?? 50) / 100) * 2 ** Math.min(candidate.failures, 10) * (1 + 2 * (candidate.load / 100) ** 2);
}
