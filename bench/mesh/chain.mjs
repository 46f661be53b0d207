// A chain source -> relay -> relay -> viewer of real processes, on loopback or in the network lab, and when each part was at each place.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Program } from '../lib/program.mjs';
import { until } from '../lib/until.mjs';

const START_MS = 30_000;
const WARM_UP_MICROS = 3e6;
const LAST_MICROS = 1e6;

/** Runs the chain; `hosts` are the four places' `{ address, port, program }`. Resolves to the report of each place, source first. */
export async function runChain({ hosts, binary, folder, protection, seconds, kilobits = 6_000, fps = 30 }) {
  const files = hosts.map((_, i) => join(folder, `${protection}${i + 1}.json`));
  const programs = [];
  const start = (i, place, args) => {
    const program = hosts[i].program(binary, ['bench', 'hop', '--place', place, '--number', String(i + 1), '--protection', protection, '--report', files[i], ...args]);
    programs.push(program);
    return program;
  };
  const says = (program, what) => until(() => { program.check(); return program.said.includes(`"ready":"${what}"`); }, START_MS, () => program.failure('does not get that far'));
  const dial = (to) => ['--dial', `quic://${hosts[to].address}:${hosts[to].port}`, '--dial-number', String(to + 1)];
  const listen = (i) => ['--listen', `${hosts[i].address}:${hosts[i].port}`];
  try {
    const first = start(1, 'relay', listen(1));
    await says(first, 'hop');
    const second = start(2, 'relay', [...listen(2), ...dial(1)]);
    await says(second, 'hop');
    const source = start(0, 'source', [...dial(1), '--seconds', String(seconds), '--kilobits', String(kilobits), '--fps', String(fps)]);
    await says(second, 'track'); // The viewer comes when the place beside the first relay is taken.
    start(3, 'viewer', dial(2));
    const status = await source.end;
    if (status !== 0) throw source.failure(`ended with ${status === null ? 'a signal' : `status ${status}`}`);
  } finally {
    await Promise.all(programs.map((program) => program.stop()));
  }
  const reports = files.map((file) => JSON.parse(readFileSync(file, 'utf8')));
  for (const report of reports.slice(1)) if (report.parents !== 1) throw new Error(`Place ${report.number} took the track from ${report.parents} nodes: this was no chain.`);
  return reports;
}

/** The parts of the steady middle, each with its leaves and its time at each place; null where it never came. */
export function follow(places) {
  const key = ({ window, part }) => window * 1_000 + part;
  const at = places.slice(1).map((parts) => new Map(parts.map((part) => [key(part), part.micros])));
  const [source] = places;
  const joined = Math.max(...places.map((parts) => parts[0]?.micros ?? Infinity));
  const [begin, end] = [joined + WARM_UP_MICROS, source.at(-1).micros - LAST_MICROS];
  return source.filter(({ micros }) => micros > begin && micros < end)
    .map((part) => ({ leaves: part.leaves, micros: [part.micros, ...at.map((place) => place.get(key(part)) ?? null)] }));
}

/** Milliseconds that each hop took beyond the link's own delay, all hops together. */
export const hopsMs = (parts, linkMs) => parts.flatMap(({ micros }) => micros.slice(1)
  .map((time, i) => (time === null || micros[i] === null ? null : (time - micros[i]) / 1e3 - linkMs)).filter((ms) => ms !== null));

/** The same from end to end; Infinity for a part that never came. */
export const chainMs = (parts, linksMs) => parts.map(({ micros }) => (micros.at(-1) === null ? Infinity : (micros.at(-1) - micros[0]) / 1e3 - linksMs));

export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
