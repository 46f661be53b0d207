// Our chain: chain node, broadcasters, two relays in a row, edge. Every part is the real program in a process of its own.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Program } from '../lib/program.mjs';

const READY = (line) => (line.startsWith('{"ready"') ? JSON.parse(line) : null);

// The edge goes to the second relay since the first one is too dear for it; the second one pays.
const DEAR = ['--price', '20000', '--subscribers', '8'];
const CHEAP = ['--price', '10000', '--purse-deposit', '3000000'];
const CEILING = '15000';

/** Runs `use` with `{ rtmp: [urls with keys], edge }`; `streams` is a list of `{ to: [urls], profile }`, and `edge()` reads what the edge says of them. */
export async function withEdge({ binary, folder, streams }, use) {
  const programs = [];
  const deployments = join(folder, 'deployments.json');
  const start = async (name, args) => {
    const program = new Program(`clustercast ${args[0]}`, binary, [...args, '--data', join(folder, name), '--deployments', deployments, '--supervised']);
    programs.push(program);
    return program.line(READY);
  };
  const peers = (name, relay) => {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, JSON.stringify({ peers: relay ? [{ node: relay.node, url: relay.quic }] : [] }));
    return ['--bootstrap', file];
  };
  try {
    const devnet = await start('devnet', ['devnet', '--port', '0', '--streams', String(streams.length)]);
    const first = await start('relay1', ['relay', '--node-key', join(devnet.keys, 'relay1.json'), ...DEAR, ...peers('none')]);
    const second = await start('relay2', ['relay', '--node-key', join(devnet.keys, 'relay2.json'), ...CHEAP, ...peers('first', first)]);
    const rtmp = [];
    for (let i = 1; i <= streams.length; i++) {
      const broadcast = await start(`broadcast${i}`, ['broadcast', '--stream', String(i), '--rtmp', '127.0.0.1:0', '--publish-key', 'bench', '--profile', 'mesh', '--push-to', '1', ...peers('first', first)]);
      rtmp.push(`${broadcast.rtmp}/bench`);
    }
    const config = join(folder, 'edge.jsonc');
    writeFileSync(config, JSON.stringify({ edge: { admission: false, adapt: false, streams: streams.map(({ to, profile }, i) => ({ stream: String(i + 1), to, profile: [profile] })) } }));
    execFileSync(binary, ['wallet', 'deposit', '--amount', '3', '--data', join(folder, 'edge'), '--deployments', deployments], { stdio: 'ignore' });
    const edge = await start('edge', ['edge', '--config', config, '--ceiling', CEILING, ...peers('second', second)]);
    const read = async () => (await fetch(`${edge.http}/api/streams`)).json();
    return await use({ rtmp, edge: read, relay: second.node, check: () => programs.forEach((program) => program.check()) });
  } finally {
    for (const program of programs.reverse()) await program.stop();
  }
}
