import { spawn } from 'node:child_process';
import { constants, accessSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from './failure.mjs';

const PATIENCE_MS = 5_000;
const KEPT_OUTPUT = 4_096;
const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin'];

/** Path of the first of these programs that is installed; undefined if none is. */
export function find(...names) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...SYSTEM_FOLDERS];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A child process, which the kernel ends with this one. */
export class Program {
  static #running = new Set();

  /** Ends them all. */
  static stopAll() { return Promise.all([...Program.#running].map((program) => program.stop())); }

  #child;
  #name;
  #said = '';
  #ended = false;
  #end;

  constructor(name, path, args, options = {}) {
    this.#name = name;
    this.#child = spawn('setpriv', ['--pdeathsig', 'KILL', path, ...args], { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
    const listen = (text) => { this.#said = (this.#said + text).slice(-KEPT_OUTPUT); };
    this.#child.stdout.on('data', listen);
    this.#child.stderr.on('data', listen);
    this.#child.stdin.on('error', () => {}); // It may end before its input does.
    Program.#running.add(this);
    this.#end = new Promise((done) => {
      const ended = (status) => {
        this.#ended = true;
        Program.#running.delete(this);
        done(status);
      };
      this.#child.once('error', (error) => { listen(error.message); ended(null); });
      this.#child.once('close', ended);
    });
  }

  /** Process id. A wrapper like taskset keeps it, since it becomes the program. */
  get pid() { return this.#child.pid; }

  /** Resolves to the first line of output that `pick` makes something of. */
  line(pick) {
    return new Promise((resolve, reject) => {
      let text = '';
      const listen = (chunk) => {
        text += chunk;
        for (let end; (end = text.indexOf('\n')) >= 0; text = text.slice(end + 1)) {
          const found = pick(text.slice(0, end));
          if (found) { this.#child.stdout.off('data', listen); return resolve(found); }
        }
      };
      this.#child.stdout.on('data', listen);
      this.#end.then(() => reject(this.failure('has ended too early')));
    });
  }

  /** Resolves to the exit status; null after a signal. */
  get end() { return this.#end; }

  /** The last 4 KiB that it wrote. */
  get said() { return this.#said; }

  /** Throws if it has ended by itself. */
  check() {
    if (this.#ended) throw this.failure('has ended');
  }

  /** A sentence on it, with the last line that it wrote. */
  failure(what) {
    const last = this.#said.trimEnd().split('\n').at(-1).trim();
    return new Failure(`${this.#name} ${what}${last ? `. It says: ${last}` : ', and said nothing.'}`);
  }

  /** Ends it: its input, then a signal, then by force. */
  async stop(signal = 'SIGTERM') {
    this.#child.stdin.end();
    for (const next of [signal, 'SIGKILL']) {
      if (this.#ended) return;
      this.#child.kill(next);
      await Promise.race([this.#end, sleep(PATIENCE_MS, undefined, { ref: false })]);
    }
  }
}
