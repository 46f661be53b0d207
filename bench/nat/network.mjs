// A source, a public relay, a relay behind a NAT box and a viewer behind another, in the network lab; all of them real processes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../lib/until.mjs';
import { NetLab } from '../netlab/netlab.mjs';

const PORT = 7400;
const START_MS = 60_000;
const DECIDE_MS = 60_000;
const OVER_TRIES = 100;
const DECIDED = /(Direct way|No direct way) to/;
const FAR_MS = 40;
const NEAR_MS = 2;
const [SOURCE, PUBLIC, HIDDEN, VIEWER] = [1, 2, 3, 4];
// A relay arranges six attempts a minute for a node.
const TURN_MS = 10_500;

export class NatNetwork {
  #programs = [];
  #turn = 0;

  static async open(binary, folder) {
    const lab = await NetLab.open({ seed: 11 });
    try {
      const network = new NatNetwork();
      const boxes = { relay: await lab.nat('relaybox', 'full-cone'), viewer: await lab.nat('viewerbox', 'full-cone') };
      const hosts = {
        source: await lab.host('source'),
        relay: await lab.host('relay', { link: { delay: FAR_MS } }),
        hidden: await lab.host('hidden', { nat: boxes.relay, link: { delay: NEAR_MS } }),
        viewer: await lab.host('viewer', { nat: boxes.viewer, link: { delay: NEAR_MS } }),
      };
      Object.assign(network, { lab, boxes, hosts, binary, folder });
      await network.#start('relay', 'relay', PUBLIC, ['--listen', `${hosts.relay.address}:${PORT}`]);
      await network.#start('source', 'source', SOURCE, [...network.#dial(), '--seconds', '3600', '--kilobits', '500', '--fps', '10'], false);
      return network;
    } catch (error) {
      await lab.close();
      throw error;
    }
  }

  /** Runs a viewer behind one kind of NAT while a relay behind another carries the track, until that has been tried and so many seconds more; the viewer's report. */
  async watch(viewerKind, relayKind, seconds) {
    await this.boxes.relay.change(relayKind);
    await this.boxes.viewer.change(viewerKind);
    await sleep(this.#turn - performance.now());
    this.#turn = performance.now() + TURN_MS;
    const hidden = await this.#start('hidden', 'relay', HIDDEN, ['--listen', `${this.hosts.hidden.address}:${PORT}`, ...this.#dial()]);
    try {
      const viewer = await this.#start('viewer', 'viewer', VIEWER, this.#dial());
      await until(() => { viewer.check(); return DECIDED.test(viewer.said); }, DECIDE_MS, () => viewer.failure('does not try the relay behind the NAT'));
      // After a direct connection the track goes over to it, once the first round trips are known.
      for (let i = 0; i < OVER_TRIES && / Direct way to/.test(viewer.said) && !/is nearer/.test(viewer.said); i++) await sleep(100);
      await sleep(seconds * 1_000);
      await viewer.stop();
      const report = JSON.parse(readFileSync(this.#report(VIEWER), 'utf8'));
      return { ...report, isDirect: report.directFound > 0 && report.parent === HIDDEN };
    } finally {
      await hidden.stop();
    }
  }

  async close() {
    await Promise.all(this.#programs.map((program) => program.stop()));
    await this.lab.close();
  }

  #dial() { return ['--dial', `quic://${this.hosts.relay.address}:${PORT}`, '--dial-number', String(PUBLIC)]; }

  #report(number) { return join(this.folder, `${number}.json`); }

  async #start(host, place, number, args, waits = true) {
    const program = this.hosts[host].program(this.binary, ['bench', 'hop', '--place', place, '--number', String(number), '--children', '8', '--report', this.#report(number), ...args]);
    this.#programs.push(program);
    if (waits) await until(() => { program.check(); return program.said.includes('"ready"'); }, START_MS, () => program.failure('does not start'));
    return program;
  }
}
