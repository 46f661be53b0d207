/** Time and timers, injected so that tests decide them. */
export interface Clock {
  /** Unix ms. */
  now(): number;
  /** Runs `action` once after `ms`; the result cancels it. */
  after(ms: number, action: () => void): () => void;
}

/** The browser's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, action) {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
};

/** Fills a fresh array with random bytes. */
export type RandomSource = (length: number) => Uint8Array;

/** The browser's CSPRNG. */
export const systemRandom: RandomSource = (length) => crypto.getRandomValues(new Uint8Array(length));
