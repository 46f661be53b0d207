// From stamped frames to figures.
import { Failure } from '../lib/failure.mjs';
import { readNumbers } from './source.mjs';

const WARM_UP_MS = 10_000;
const LAST_MS = 500;

/** Milliseconds of each frame from the broadcaster to a destination, told by the number in its picture. The start and the end are left out. */
export async function delays(published, reader, source) {
  if (!reader.frames.length) throw new Failure('FFmpeg read nothing back from a server. The machine may be too busy: run it alone.');
  const numbers = await readNumbers(reader.file, source.width);
  const begin = published.frames[0].at + WARM_UP_MS;
  const end = published.frames.at(-1).at - LAST_MS;
  const seen = new Map();
  reader.frames.forEach(({ at }, i) => { if (numbers[i] != null) seen.set(numbers[i], at); });
  const first = Math.min(...seen.keys());
  const wanted = published.frames.map(({ at }, number) => ({ at, number })).filter(({ at, number }) => at > begin && at < end && number > first);
  const found = wanted.filter(({ number }) => seen.has(number)).map(({ at, number }) => seen.get(number) - at);
  return { delays: found, lostPercent: wanted.length ? (100 * (wanted.length - found.length)) / wanted.length : 100 };
}

export const mean = (values) => (values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null);

export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] : null;
}

export const round = (value, digits = 1) => (value === null ? null : Number(value.toFixed(digits)));
