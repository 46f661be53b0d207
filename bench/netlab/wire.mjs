// The program that carries the lab's packets, driven by a line a command.
import { execFile, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Failure } from '../lib/failure.mjs';

const home = dirname(fileURLToPath(import.meta.url));
const program = join(home, '..', '..', 'out', 'netlab', 'netlab');

export class Wire {
  #child;
  #waiting = [];
  #end;

  /** Builds it where its source is newer, and starts it. */
  static async start(seed) {
    try {
      await promisify(execFile)('make', ['--silent', '-C', home]);
    } catch (error) {
      throw new Failure(`The network lab cannot be built: ${`${error.stderr ?? error.message}`.trim().split('\n').at(-1)}`, 69);
    }
    return new Wire(seed);
  }

  constructor(seed) {
    this.#child = spawn('setpriv', ['--pdeathsig', 'KILL', program, String(seed)], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdin.on('error', () => {}); // It may end before its input does.
    this.#end = new Promise((done) => {
      const ended = () => {
        for (const { reject } of this.#waiting.splice(0)) reject(new Failure('The network lab has ended.'));
        done();
      };
      this.#child.once('error', ended);
      this.#child.once('close', ended);
    });
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const { command, resolve, reject } = this.#waiting.shift();
      if (line.startsWith('ok')) resolve(line.slice(3));
      else reject(new Failure(`The network lab refuses "${command}": ${line.replace(/^error /, '')}.`));
    });
  }

  /** Sends a command; resolves to what it answers. */
  say(...words) {
    const command = words.join(' ');
    return new Promise((resolve, reject) => {
      if (this.#child.exitCode !== null) throw new Failure('The network lab has ended.');
      this.#waiting.push({ command, resolve, reject });
      this.#child.stdin.write(`${command}\n`);
    });
  }

  async stop() {
    this.#child.stdin.end();
    await this.#end;
  }
}
