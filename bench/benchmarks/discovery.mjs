// How fast relays are found in a network of a hundred on this machine, and what is still found after many of them were killed.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, missing } from '../lib/failure.mjs';
import { find, Program } from '../lib/program.mjs';
import { withFolder } from '../lib/scratch.mjs';

const NODES = 100;
const ROUNDS = 40;
const KILL_PERCENT = 30;

export const title = 'Discovery: a new viewer finds a new relay';
export const about = `\`clustercast bench discovery\`: ${NODES} relays in one process on loopback, each with a stream of its own, a node of the BitTorrent Mainline DHT on its own UDP
port, and QUIC between them; they know nothing but three nodes of the DHT each. \`find\`: a relay with a new stream and a viewer of it start at the same moment, both cold, ${ROUNDS} times; until
the viewer holds the relay's signed record. \`lookup\`: the DHT alone, until the first answer that names the relay. Then ${KILL_PERCENT} % of the relays are killed at once, the one that the others entered by among
them, and 500 streams of survivors are looked up for 5 s at most. \`restart\`: a relay starts again with its folder and no bootstrap node, until it is back in the DHT.
The peer aria2 does the same as our viewer in the same network (it enters, looks a topic up and dials what was announced there), 5 times, from its start to its dial; it looks up by a timer of its own.`;

/** Runs the lab and takes its report apart. */
export async function run(root) {
  const configuration = process.env.CONFIGURATION ?? 'Release';
  const binary = join(root, 'src/ClusterCast.Cli/bin', configuration, 'net10.0/clustercast');
  if (!existsSync(binary)) throw new Failure(`clustercast is not built (${configuration}). Build it with: make product CONFIGURATION=${configuration}`, 69);
  const aria2 = find('aria2c');
  if (!aria2) throw missing('aria2', 'apt-get install aria2');
  return withFolder(async (folder) => {
    const file = join(folder, 'discovery.json');
    const args = ['bench', 'discovery', '--nodes', NODES, '--rounds', ROUNDS, '--kill', KILL_PERCENT, '--aria2', aria2, '--report', file].map(String);
    const program = new Program('clustercast bench discovery', binary, args, { cwd: root });
    const status = await program.end;
    if (status !== 0) throw program.failure(`ended with ${status === null ? 'a signal' : `status ${status}`}`);
    const report = JSON.parse(readFileSync(file, 'utf8'));
    return {
      ran: `\`make bench NAME=discovery\`, the ${configuration} build`,
      metrics: {
        nodes: report.nodes,
        killed: report.killed,
        ...figures('find', report.find),
        ...figures('lookup', report.lookup),
        ...figures('lookup', report.lookupAfterKill, 'AfterKill'),
        ...figures('find', report.findAfterKill, 'AfterKill'),
        ...figures('findNew', report.findNewAfterKill, 'AfterKill'),
        ...figures('restart', report.restart),
      },
      peers: { aria2: figures('find', report.aria2) },
    };
  });
}

const figures = (name, { p50Ms, p95Ms, successPercent }, when = '') => ({ [`${name}P50${when}Ms`]: p50Ms, [`${name}P95${when}Ms`]: p95Ms, [`${name}Success${when}Percent`]: successPercent });
