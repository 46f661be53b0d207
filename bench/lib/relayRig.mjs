// Real relays on a devnet of their own and the load generator, each on the cores that it is given.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { built, configuration, product } from './built.mjs';
import { Failure } from './failure.mjs';
import { Program } from './program.mjs';
import { withFolder } from './scratch.mjs';

const READY = (line) => (line.startsWith('{"ready"') ? JSON.parse(line) : null);

/** Paths of the product and of the load generator. */
export function binaries(root) {
  return { configuration, product: product(root), load: built(root, 'tools/ClusterCast.Load', 'clustercast-load') };
}

/** A program that may use one core only, or a list of them. */
export const pinned = (core, name, path, args, options) => new Program(name, 'taskset', ['-c', String(core), path, ...args], options);

/**
 * Runs `use` with `{ relays, load }`: relays on core 0, the chain and the load on core 1. Each relay has `pid`, `address` (NODE@URL over the transport) and `http`;
 * `load(args)` runs the generator and resolves to its result.
 */
export function withRelays({ root, count = 1, transport = 'quic', flags = [] }, use) {
  const { product: relay, load } = binaries(root);
  return withFolder(async (folder) => {
    const programs = [];
    const start = async (core, name, args) => {
      const program = pinned(core, name, relay, [...args, '--supervised']);
      programs.push(program);
      return { program, ready: await program.line(READY) };
    };
    try {
      const deployments = join(folder, 'deployments.json');
      const peers = join(folder, 'peers.json');
      const chain = await start(1, 'devnet', ['devnet', '--port', '0', '--data', join(folder, 'devnet'), '--deployments', deployments]);
      const relays = [];
      for (let number = 1; number <= count; number++) {
        const bootstrap = relays.length ? ['--bootstrap', peers] : [];
        const key = number <= 3 ? ['--node-key', join(chain.ready.keys, `relay${number}.json`)] : [];
        const { program, ready } = await start(0, `relay ${number}`, [
          'relay', '--deployments', deployments, '--data', join(folder, `relay${number}`), '--subscribers', '100000', ...key, ...bootstrap, ...flags,
        ]);
        if (!ready[transport]) throw new Failure(`The relay does not listen for ${transport}.`);
        relays.push({ pid: program.pid, address: `${ready.node}@${ready[transport]}`, http: ready.http });
        if (number === 1) await writeFile(peers, JSON.stringify({ peers: [{ node: ready.node, url: ready[transport] }] }));
      }
      const run = async (command, args) => {
        const program = pinned(1, 'The load generator', load, [command, ...args]);
        programs.push(program);
        return program.line((line) => (line.startsWith('{') ? JSON.parse(line) : null));
      };
      const target = ['--deployments', deployments, '--relays', relays.map((relay) => relay.address).join(','), '--pid', String(relays[0].pid), '--http', relays[0].http];
      return await use({ relays, load: (command, args) => run(command, [...target, ...Object.entries(args).flatMap(([name, value]) => [`--${name}`, String(value)])]) });
    } finally {
      for (const program of programs.reverse()) await program.stop();
    }
  });
}
