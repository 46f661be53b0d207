import type { Clock } from "../clock.ts";

const LEAST_MS = 150;
const BEFORE_FIRST_MS = 500;
const LEAST_SLACK_MS = 50;
const MOST_DOUBLINGS = 3;
/** What a relay gives within this it had when it was asked. */
const AT_ONCE_MS = 250;
const LEAST_TURN_MS = 250;
const FORGET_MS = 15_000;

/**
 * Tells how long a relay may be silent before another one is asked beside it: the smoothed interval of the parts and four times its deviation, as TCP reckons
 * its retransmission timeout (RFC 6298). A source that pauses makes every relay silent: each vain alarm doubles the patience, up to eight times, and a quarter
 * of a minute without one forgets it.
 */
export class Silence {
  #interval = 0;
  #deviation = 0;
  #partAt: number | null = null;
  #partTime = 0n;
  #alarm = BEFORE_FIRST_MS;
  #vain = 0;
  #vainAt = 0;
  #turns = 0;

  constructor(private readonly clock: Clock, private readonly longestMs: number) {}

  /** How long the relay may be silent, ms. */
  get patienceMs(): number {
    if (this.#vain > 0 && this.clock.now() - this.#vainAt > FORGET_MS) this.#vain = 0;
    return Math.min(this.#alarm, this.longestMs) * 2 ** this.#vain;
  }

  /** How long a second relay may be silent too before a third one has its turn, ms. */
  get turnMs(): number { return LEAST_TURN_MS * 2 ** Math.min(this.#turns, 2 * MOST_DOUBLINGS); }

  nextTurn(): void { this.#turns++; }

  /** A part is complete. In a burst parts come faster than the source makes them: then their capture times tell its rhythm. */
  part(time: bigint): void {
    const now = this.clock.now();
    if (this.#partAt !== null) {
      const made = time > this.#partTime ? Number(time - this.#partTime) : 0;
      // One long pause must not make the next one go unnoticed.
      this.#sample(Math.min(Math.max(now - this.#partAt, made), 2 * this.#alarm));
    }
    this.#partAt = now;
    this.#partTime = time;
  }

  /** One of the two has delivered. True when the first one had held back what the second one had. */
  settle(secondDelivered: boolean, askedAt: number): boolean {
    const now = this.clock.now();
    const heldBack = secondDelivered && this.#turns === 0 && now - askedAt < AT_ONCE_MS;
    this.#turns = 0;
    this.#vain = heldBack ? 0 : Math.min(this.#vain + 1, MOST_DOUBLINGS);
    this.#vainAt = now;
    return heldBack;
  }

  #sample(ms: number): void {
    const first = this.#interval === 0;
    this.#deviation = first ? 0 : 0.75 * this.#deviation + 0.25 * Math.abs(ms - this.#interval);
    this.#interval = first ? ms : 0.875 * this.#interval + 0.125 * ms;
    this.#alarm = Math.max(LEAST_MS, this.#interval + Math.max(LEAST_SLACK_MS, 4 * this.#deviation));
  }
}
