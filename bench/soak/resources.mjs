// What processes hold: memory and handles, read from /proc, over the time of a run.
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/** What a process holds now: `{ rssMb, handles, cpuSeconds }`. */
export function holdingsOf(pid) {
  const rssKb = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))[1];
  const [user, system] = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /s, '').split(' ').slice(11, 13);
  return { rssMb: rssKb / 1024, handles: readdirSync(`/proc/${pid}/fd`).length, cpuSeconds: (Number(user) + Number(system)) / TICKS_PER_SECOND };
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** A process's samples, in the order of time, as one row: means of the first, the middle and the last tenth, so that a collection of garbage is no leak. */
export function summary(name, samples) {
  const tenth = Math.max(1, Math.floor(samples.length / 10));
  const middle = Math.floor((samples.length - tenth) / 2);
  const parts = { Start: samples.slice(0, tenth), Middle: samples.slice(middle, middle + tenth), End: samples.slice(-tenth) };
  const row = { name };
  for (const [when, some] of Object.entries(parts)) row[`rssMb${when}`] = mean(some.map(({ rssMb }) => rssMb));
  for (const [when, some] of Object.entries(parts)) row[`handles${when}`] = Math.round(mean(some.map(({ handles }) => handles)));
  row.cpuSeconds = samples.at(-1).cpuSeconds - samples[0].cpuSeconds;
  return row;
}
