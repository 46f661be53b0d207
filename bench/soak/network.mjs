// The network of the soak, every role a process: chain, four relays, a broadcaster fed by FFmpeg, and its subscribers, each with a purse of its own.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../lib/failure.mjs';
import { Program } from '../lib/program.mjs';
import { until } from '../lib/until.mjs';
import { makeClip, publish } from './source.mjs';

const RELAYS = 4;
const TRACK = 480;
const PUBLISH_KEY = 'soak';
const PATIENCE_MS = 90_000;
const READY = (line) => (line.startsWith('{"ready"') ? JSON.parse(line) : null);
// Dear enough that winners are redeemed all the time, cheap enough that a purse lasts for days.
const MONEY = ['--price', '100000', '--face-value', '400', '--ticket-bytes', '250000', '--hold', '3', '--purse-deposit', '3000000'];
// What takes the stream. A role is asked for its figures at `/api/status`; a viewer's are those of `watch`.
const SUBSCRIBERS = ['viewer 1', 'viewer 2'];

export class SoakNetwork {
  /** Starts it in a folder and resolves when every subscriber gets the stream. */
  static async start(binary, root, folder) {
    const network = new SoakNetwork(binary, folder);
    try {
      await network.#start(root);
      return network;
    } catch (error) {
      await network.stop();
      throw error;
    }
  }

  #binary;
  #folder;
  #roles = [];

  constructor(binary, folder) {
    this.#binary = binary;
    this.#folder = folder;
  }

  /** All processes: `{ name, program, http }`. */
  get roles() { return this.#roles; }

  /** What takes the stream. */
  get subscribers() { return this.#roles.filter(({ name }) => SUBSCRIBERS.includes(name)); }

  get relays() { return this.#roles.filter(({ name }) => name.startsWith('relay')); }

  get broadcaster() { return this.#roles.find(({ name }) => name === 'broadcaster'); }

  /** Throws when a process has ended by itself. */
  check() { this.#roles.forEach(({ program }) => program.check()); }

  /** Ends everything, the chain last, so that nobody's last act fails on it. */
  async stop() {
    const [chain, ...others] = this.#roles.splice(0);
    await Promise.all(others.map(({ program }) => program.stop()));
    await chain?.program.stop();
  }

  async #start(root) {
    const peers = join(this.#folder, 'peers.json');
    const write = (list) => writeFile(peers, JSON.stringify({ peers: list }));
    const clip = await makeClip(root, this.#folder);
    const chain = await this.#role('devnet', ['devnet', '--port', '0']);
    await write([]);
    const first = await this.#relay(1, chain, peers);
    await write([{ node: first.node, url: first.quic }]);
    const rest = Array.from({ length: RELAYS - 1 }, (_, i) => this.#relay(i + 2, chain, peers));
    const broadcast = this.#role('broadcaster', ['broadcast', '--bootstrap', peers, '--rtmp', '127.0.0.1:0', '--publish-key', PUBLISH_KEY, '--push-to', '2']);
    await Promise.all([...rest, broadcast]);
    this.#roles.push({ name: 'FFmpeg', program: publish(clip, `${(await broadcast).rtmp}/${PUBLISH_KEY}`) });
    await this.#until(this.relays, (status) => status.tracks > 0, 'does not carry the stream');
    await Promise.all(SUBSCRIBERS.map((name) => this.#viewer(name, peers)));
    await this.#until(this.subscribers, (status) => status.state === 'Flowing', 'does not get the stream');
  }

  async #relay(number, chain, peers) {
    const key = number <= 3 ? ['--node-key', join(chain.keys, `relay${number}.json`)] : [];
    const relay = await this.#role(`relay ${number}`, ['relay', '--bootstrap', peers, ...key, ...MONEY]);
    // The chain knows three relays; a further one needs gas to redeem.
    if (!key.length) await rpc(chain.rpc, 'anvil_setBalance', [relay.node, '0xde0b6b3a7640000']);
    return relay;
  }

  async #viewer(name, peers) {
    const deposit = new Program(`The deposit of ${name}`, this.#binary, ['wallet', 'deposit', '--amount', '3', ...this.#own(name)]);
    if (await deposit.end !== 0) throw deposit.failure('has failed');
    await this.#role(name, ['watch', '--track', String(TRACK), '--bootstrap', peers]);
  }

  #own(name) {
    return ['--data', join(this.#folder, name.replace(' ', '')), '--deployments', join(this.#folder, 'deployments.json')];
  }

  async #role(name, args) {
    const env = { ...process.env, TMPDIR: this.#folder };
    const program = new Program(name, this.#binary, [...args, ...this.#own(name), '--supervised'], { env });
    const role = { name, program };
    this.#roles.push(role);
    const ready = await program.line(READY);
    role.http = ready.http;
    return ready;
  }

  #until(roles, isThere, complaint) {
    return Promise.all(roles.map((role) => until(
      async () => { this.check(); return isThere(await statusOf(role)); },
      PATIENCE_MS,
      () => new Failure(`${role.name} ${complaint} within ${PATIENCE_MS / 1e3} s.`, 1),
    )));
  }
}

/** A role's figures. */
export async function statusOf({ name, http }) {
  const answer = await fetch(`${http}/api/status`, { signal: AbortSignal.timeout(30_000) }).catch(() => null);
  if (!answer?.ok) throw new Failure(`${name} does not answer at ${http}/api/status.`, 1);
  return answer.json();
}

async function rpc(url, method, params) {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) });
  const { error } = await answer.json();
  if (error) throw new Failure(`The chain refuses ${method}: ${error.message}`, 1);
}
