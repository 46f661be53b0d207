/** Layout and thresholds of spec/timecode.md, for RGB from a canvas. */
const BLOCK = 16;
const BLOCKS = 36;
export const CODE_WIDTH = BLOCK * BLOCKS;
export const CODE_HEIGHT = BLOCK;
const INNER = { from: 4, to: 12 };
const DARK_BELOW = 74;
const BRIGHT_ABOVE = 187;

/** The low 32 bits of the Unix time in ms from the RGBA pixels of the frame's top-left 576 x 16, or null where they hold no clear code. */
export function readTimeCode(pixels: Uint8ClampedArray): number | null {
  let bits = 0n;
  for (let block = 0; block < BLOCKS; block++) {
    let sum = 0;
    for (let y = INNER.from; y < INNER.to; y++) {
      for (let x = INNER.from; x < INNER.to; x++) sum += pixels[4 * (y * CODE_WIDTH + block * BLOCK + x) + 1]!;
    }
    const mean = sum / 64;
    if (mean >= DARK_BELOW && mean <= BRIGHT_ABOVE) return null;
    bits = (bits << 1n) | (mean > BRIGHT_ABOVE ? 1n : 0n);
  }
  if (bits >> 34n !== 0b10n || (bits & 0b11n) !== 0b01n) return null;
  return Number((bits >> 2n) & 0xffff_ffffn);
}

/** Age in ms of a frame with that stamp at Unix time `now`; negative where the clocks disagree. */
export function ageOf(stamp: number, now: number): number {
  return ((Math.round(now) % 2 ** 32) - stamp) | 0;
}
