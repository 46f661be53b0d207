/** The bounds of spec/wire.md and spec/window.md. */
export const MAX_BODY = 65_536;
export const MAX_TEXT = 1_024;
export const MAX_ENDPOINTS = 8;
export const MAX_TRACKS = 64;
export const MAX_PATH = 8;
export const MAX_LEAVES_PER_PART = 256;
export const MAX_PARTS_PER_WINDOW = 256;
export const MAX_WINDOW_BYTES = 32 * 1024 * 1024;
export const MAX_INIT_BYTES = 65_000;
/** Bytes of one relay that wait to be verified. */
export const MAX_UNVERIFIED = 8 * 1024 * 1024;
/** A record lives at most this long, ms. */
export const MAX_RECORD_LIFE = 90_000;
/** How far a record's `issued` may be ahead of our clock, ms. */
export const MAX_CLOCK_LEAD = 30_000;
