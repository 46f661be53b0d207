import type { Clock } from "@clustercast/player/clock";

/** A clock that stands still until it is told to go on. */
export class ManualClock implements Clock {
  #now = 1_764_000_000_000;
  #timers: { at: number; action: () => void }[] = [];

  now(): number { return this.#now; }

  after(ms: number, action: () => void): () => void {
    const timer = { at: this.#now + ms, action };
    this.#timers.push(timer);
    return () => { this.#timers = this.#timers.filter((t) => t !== timer); };
  }

  /** Lets `ms` pass; what is due runs in its order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((t) => t !== next);
      this.#now = Math.max(this.#now, next.at);
      next.action();
    }
    this.#now = end;
  }
}
