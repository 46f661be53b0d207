// Network namespaces of this run, named so that a later run finds those that a dead one left.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { Failure } from '../lib/failure.mjs';

const execute = promisify(execFile);
const PREFIX = 'netlab';
const FOLDER = '/run/netns';
const PATIENCE_MS = 10_000;

/** Runs a program of the host; throws its last line. */
export async function host(path, ...args) {
  try {
    return (await execute(path, args, { timeout: PATIENCE_MS })).stdout;
  } catch (error) {
    const cause = `${error.stderr ?? ''}`.trim().split('\n').at(-1) || error.message;
    throw new Failure(`${path} ${args.join(' ')} failed: ${cause}`);
  }
}

// A process id alone comes again; with the start time it does not.
function birth(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /s, '').split(' ')[19];
  } catch {
    return '';
  }
}

let labs = 0;

/** What the names of one lab's namespaces begin with. */
export const freshPrefix = () => `${PREFIX}-${process.pid}-${birth('self')}-${labs++}-`;

const existing = () => {
  try {
    return readdirSync(FOLDER).filter((name) => name.startsWith(`${PREFIX}-`));
  } catch {
    return [];
  }
};

/** Removes what labs left whose process has ended. */
export async function sweep() {
  const dead = existing().filter((name) => {
    const [, pid, start] = name.split('-');
    return birth(pid) !== start;
  });
  await Promise.all(dead.map(remove));
}

/** Removes a namespace and ends the programs in it. */
export async function remove(name) {
  const pids = (await host('ip', 'netns', 'pids', name).catch(() => '')).split('\n').filter(Boolean);
  for (const pid of pids) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
  await host('ip', 'netns', 'delete', name).catch(() => {});
}

/** Makes a namespace whose loopback is up. */
export async function create(name) {
  await host('ip', 'netns', 'add', name);
  await host('ip', '-n', name, 'link', 'set', 'lo', 'up');
}

/** Why this process cannot have a lab, in one sentence; empty when it can. */
export async function refusal() {
  const name = `${freshPrefix()}try`;
  try {
    await create(name);
    await host('ip', '-n', name, 'tuntap', 'add', 'dev', 'try', 'mode', 'tun');
    return '';
  } catch (error) {
    return `The network lab needs the right to make network namespaces and TUN devices (root, with /dev/net/tun): ${error.message}`;
  } finally {
    await remove(name);
  }
}
