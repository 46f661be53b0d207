/** What has to happen before the first picture, in the usual order. */
export type Step = "records" | "reached" | "welcomed" | "keys" | "head" | "part" | "appended" | "buffered" | "painted";

/** When each step to the first picture was taken: what a slow start waited for. */
export class Timeline {
  readonly #at = new Map<Step, number>();

  /** @param begin when the page was asked to play, ms of `now`. */
  constructor(readonly begin: number, private readonly now: () => number = () => performance.now()) {}

  /** Notes a step; only its first time counts. */
  mark(step: Step, at = this.now()): void {
    if (!this.#at.has(step)) this.#at.set(step, Math.round(at - this.begin));
  }

  /** The time of a step since the beginning, ms; null before it. */
  at(step: Step): number | null { return this.#at.get(step) ?? null; }
  /** All steps so far. */
  get steps(): Partial<Record<Step, number>> { return Object.fromEntries(this.#at); }
}
