/** How the player stands: seconds on the media timeline. */
export interface Position {
  currentTime: number;
  /** Buffered ranges, in order. */
  ranges: readonly { start: number; end: number }[];
  started: boolean;
  /** The picture has only begun: a jump is better than seconds of catching up. */
  settling?: boolean;
}

/** What to do about it. */
export interface Correction {
  seekTo?: number;
  rate: number;
}

const MIN_TARGET = 0.7;
const MAX_TARGET = 1.5;
const FAR_BEHIND = 1.5;
const FAR_AT_START = 0.4;
const LEARN = 0.2;
/** A browser begins by itself where what is buffered begins so soon. */
const NEAR = 0.1;

/**
 * Keeps playback a little behind the newest buffered frame: nudges the rate between 0.95 and 1.1, seeks when far behind or stuck before a gap. Each
 * stall moves the target away from the edge; a calm minute moves it back.
 */
export class LiveEdge {
  /** Seconds behind the newest buffered frame. */
  target = MIN_TARGET;

  decide({ currentTime, ranges, started, settling = false }: Position): Correction {
    const newest = ranges.at(-1);
    if (!newest) return { rate: 1 };
    const goal = Math.max(newest.start, newest.end - this.target);
    // The oldest frame is decoded at once; one nearer to the edge only after all before it.
    if (!started) return { rate: 1, ...(currentTime < newest.start - NEAR || currentTime > newest.end ? { seekTo: newest.start } : {}) };
    const inside = ranges.some((r) => currentTime >= r.start - (settling ? NEAR : 0.02) && currentTime < r.end);
    const lag = newest.end - currentTime;
    if (lag > this.target + (settling ? FAR_AT_START : FAR_BEHIND) || lag < -0.5) return { rate: 1, seekTo: goal };
    if (!inside && currentTime < newest.start) return { rate: 1, seekTo: goal };
    const off = lag - this.target;
    if (off > 0.4) return { rate: 1.1 };
    if (off > 0.12) return { rate: 1.05 };
    if (off < -0.15) return { rate: 0.95 };
    return { rate: 1 };
  }

  stalled(): void { this.target = Math.min(MAX_TARGET, this.target + LEARN); }
  calm(): void { this.target = Math.max(MIN_TARGET, this.target - LEARN); }
}
