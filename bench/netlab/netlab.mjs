// A network of namespaces on this machine: hosts, NAT boxes and links that delay, lose and block (bench/netlab/README.md).
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { Failure } from '../lib/failure.mjs';
import { Program } from '../lib/program.mjs';
import { create, freshPrefix, host as system, refusal, remove, sweep } from './namespaces.mjs';
import { Wire } from './wire.mjs';

const PATIENCE_MS = 60_000;
const execute = promisify(execFile);
const open = new Set();

// The chains that miniupnpd fills.
const MAPPED = `
table inet filter {
  chain forward { type filter hook forward priority 0; jump miniupnpd; }
  chain miniupnpd {}
  chain prerouting { type nat hook prerouting priority -100; jump prerouting_miniupnpd; }
  chain postrouting { type nat hook postrouting priority 90; jump postrouting_miniupnpd; }
  chain prerouting_miniupnpd {}
  chain postrouting_miniupnpd {}
}`;

/** A link for hosts of which any two are to be `rtt` ms apart and lose `loss` percent each way. */
export const apart = ({ rtt = 0, loss = 0 }) => ({ delay: rtt / 4, loss: 100 * (1 - Math.sqrt(1 - loss / 100)) });

/** What a link can be given; both directions alike unless `up` or `down` says otherwise. */
const settings = (link) => Object.entries(link).filter(([key]) => key !== 'up' && key !== 'down').map(([key, value]) => `${key}=${Number(value)}`);

class Host {
  constructor(lab, name, namespace, address, address6) {
    Object.assign(this, { lab, name, namespace, address, address6 });
  }

  /** A program (bench/lib/program.mjs) that runs in this host. */
  program(path, args = [], options = {}) {
    return new Program(`${path} in ${this.name}`, 'ip', ['netns', 'exec', this.namespace, path, ...args], options);
  }

  /** The same as a plain child process, to talk to over its pipes. */
  spawn(path, ...args) {
    return spawn('setpriv', ['--pdeathsig', 'KILL', 'sh', '-c', 'exec ip netns exec "$0" "$@" 2>&1', this.namespace, path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  }

  /** Runs a program to its end; resolves to what it printed, throws its last line when it fails. */
  async execute(path, ...args) {
    try {
      return (await execute('ip', ['netns', 'exec', this.namespace, path, ...args], { timeout: PATIENCE_MS, killSignal: 'SIGKILL', maxBuffer: 1 << 24 })).stdout;
    } catch (error) {
      const failure = new Failure(`${path} in ${this.name} failed: ${`${error.stderr || error.stdout || error.message}`.trim().split('\n').at(-1)}`, error.code);
      throw Object.assign(failure, { output: error.stdout });
    }
  }

  /** Changes the host's link; what is not named stays. */
  async link(link) {
    const all = settings(link);
    await this.lab.wire.say('set', this.name, 'up', ...all, ...settings(link.up ?? {}));
    await this.lab.wire.say('set', this.name, 'down', ...all, ...settings(link.down ?? {}));
  }
}

class Nat {
  constructor(lab, name, address, net) {
    Object.assign(this, { lab, name, address, net, hosts: 0 });
  }

  /** Makes it another kind; it forgets its mappings. */
  change(kind) { return this.lab.wire.say('kind', this.name, kind); }
}

/** A home router as Linux makes one: its own namespace, nftables masquerade, hosts behind it on veth pairs. */
class Router {
  constructor(lab, outside, net) {
    Object.assign(this, { lab, outside, net, address: outside.address, inside: `10.${net}.0.1`, hosts: 0 });
  }
}

export class NetLab {
  /** Why this process cannot have a lab; empty when it can. */
  static refusal = refusal;

  /** Opens a lab. Throws one sentence where this process lacks the rights. */
  static async open({ seed = 1 } = {}) {
    const why = await refusal();
    if (why) throw new Failure(why, 77);
    await sweep();
    const lab = new NetLab(freshPrefix(), await Wire.start(seed));
    open.add(lab);
    return lab;
  }

  /** Closes every lab of this process. */
  static closeAll() { return Promise.all([...open].map((lab) => lab.close())); }

  #prefix;
  #namespaces = [];
  #folders = [];
  #publics = 0;
  #nets = 0;

  constructor(prefix, wire) {
    this.#prefix = prefix;
    this.wire = wire;
  }

  /** A host: on the internet, behind a NAT box of `nat`, or behind a router of `router`. */
  async host(name, { link = {}, nat, router } = {}) {
    if (router) return this.#behindRouter(name, router);
    const namespace = await this.#namespace(name);
    const number = nat ? ++nat.hosts + 1 : ++this.#publics;
    const address = nat ? `10.${nat.net}.0.${number}` : `50.0.0.${number}`;
    const address6 = nat ? null : `2001:db8:1a6::${number.toString(16)}`;
    const host = new Host(this, name, namespace, address, address6);
    await this.wire.say('port', name, namespace, 'wan', address, address6 ?? '-', nat?.name ?? '-');
    const ip = (...args) => system('ip', '-n', namespace, ...args);
    await ip('address', 'add', `${address}/${nat ? 24 : 32}`, 'dev', 'wan');
    await ip('link', 'set', 'wan', 'addrgenmode', 'none', 'up', 'mtu', '1500', 'txqueuelen', '2000');
    await ip('route', 'add', 'default', 'dev', 'wan');
    if (address6) {
      await ip('-6', 'address', 'add', `${address6}/128`, 'dev', 'wan', 'nodad');
      await ip('-6', 'route', 'add', 'default', 'dev', 'wan');
    }
    await host.link(link);
    return host;
  }

  /** A NAT box: `full-cone`, `restricted`, `port-restricted` or `symmetric`. */
  async nat(name, kind, { hairpin = false, udpLife = 30_000 } = {}) {
    const nat = new Nat(this, name, `60.0.0.${++this.#nets}`, this.#nets);
    await this.wire.say('nat', name, kind, nat.address, `hairpin=${Number(hairpin)}`, `udpLife=${udpLife}`);
    return nat;
  }

  /** A router of the kernel's own. With `upnp` or `natpmp` (which brings PCP) it maps ports on request (Debian's miniupnpd). */
  async router(name, { link = {}, upnp = false, natpmp = false } = {}) {
    const outside = await this.host(name, { link });
    const router = new Router(this, outside, ++this.#nets);
    await outside.execute('sysctl', '-qw', 'net.ipv4.ip_forward=1');
    await outside.execute('nft', 'add table ip lab; add chain ip lab out { type nat hook postrouting priority 100; }; add rule ip lab out oifname "wan" masquerade');
    await outside.execute('sh', '-c', 'ip link add lan type bridge && ip address add "$0" dev lan && ip link set lan up', `${router.inside}/24`);
    if (upnp || natpmp) await this.#mapPorts(router, { upnp, natpmp });
    return router;
  }

  /** What lies between two hosts besides their links; one way. */
  path(from, to, link) { return this.wire.say('path', from.name, to.name, ...settings(link)); }

  /** Counters of every link. */
  async statistics() { return JSON.parse(await this.wire.say('statistics')); }

  /** Ends all programs and removes all namespaces of this lab. */
  async close() {
    open.delete(this);
    await Promise.all(this.#namespaces.splice(0).map(remove));
    for (const folder of this.#folders.splice(0)) rmSync(folder, { recursive: true, force: true });
    await this.wire.stop();
  }

  async #mapPorts(router, { upnp, natpmp }) {
    const folder = mkdtempSync(join(tmpdir(), 'netlab-'));
    this.#folders.push(folder);
    const configuration = join(folder, 'miniupnpd.conf');
    const flag = (is) => (is ? 'yes' : 'no');
    writeFileSync(configuration, [
      'ext_ifname=wan', 'listening_ip=lan', `enable_upnp=${flag(upnp)}`, `enable_natpmp=${flag(natpmp)}`, 'secure_mode=yes', `lease_file=${join(folder, 'leases')}`,
      'uuid=00000000-0000-4000-8000-000000000001', '',
    ].join('\n'));
    await router.outside.execute('nft', MAPPED);
    const daemon = router.outside.spawn('miniupnpd', '-d', '-f', configuration, '-P', join(folder, 'pid'));
    const lines = createInterface({ input: daemon.stdout });
    await new Promise((ready, failed) => {
      lines.on('line', (line) => { if (line.includes(natpmp ? 'Listening for NAT-PMP' : 'HTTP listening')) ready(); });
      daemon.once('close', () => failed(new Failure('miniupnpd has ended. It is in the Debian package miniupnpd-nftables.')));
      daemon.once('error', failed);
    });
  }

  async #namespace(name) {
    if (!/^[a-z0-9]{1,16}$/.test(name)) throw new Failure(`A host is named by 1 to 16 small letters and digits, not ${JSON.stringify(name)}.`);
    const namespace = `${this.#prefix}${name}`;
    this.#namespaces.push(namespace);
    await create(namespace);
    return namespace;
  }

  async #behindRouter(name, router) {
    const namespace = await this.#namespace(name);
    const address = `10.${router.net}.0.${++router.hosts + 1}`;
    const port = `lan${router.hosts}`;
    await system('ip', '-n', router.outside.namespace, 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
    await system('ip', '-n', router.outside.namespace, 'link', 'set', port, 'master', 'lan', 'up');
    const ip = (...args) => system('ip', '-n', namespace, ...args);
    await ip('address', 'add', `${address}/24`, 'dev', 'eth0');
    await ip('link', 'set', 'eth0', 'up');
    await ip('route', 'add', 'default', 'via', router.inside);
    return new Host(this, name, namespace, address, null);
  }
}
