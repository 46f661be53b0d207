// The soak: a whole network for hours, and what it lost, what it held at the start, in the middle and at the end.
import { setTimeout as sleep } from 'node:timers/promises';
import { withFolder } from '../lib/scratch.mjs';
import { accountOf, unaccounted } from './accounts.mjs';
import { SoakNetwork, statusOf } from './network.mjs';
import { holdingsOf, summary } from './resources.mjs';

const WARM_UP_MS = 20_000;

/** Bounds of what may grow while nothing changes, a process. */
export const BOUNDS = { lossPercent: 1, rssGrowthMb: 40, handleGrowth: 16 };

/** Runs the network for `seconds` and resolves to `{ accounts, processes, published, ticketsWon, lastWords, unaccounted }`. */
export function soak({ binary, root, seconds }) {
  return withFolder(async (folder) => {
    const network = await SoakNetwork.start(binary, root, folder);
    try {
      await sleep(WARM_UP_MS);
      return await measure(network, seconds);
    } finally {
      await network.stop();
    }
  });
}

async function measure(network, seconds) {
  const before = await look(network);
  const samples = new Map(network.roles.map(({ name }) => [name, []]));
  const interval = Math.max(1_000, Math.min(10_000, (seconds * 1e3) / 100));
  for (const end = performance.now() + seconds * 1e3; performance.now() < end; await sleep(interval)) {
    network.check();
    for (const { name, program } of network.roles) samples.get(name).push(holdingsOf(program.pid));
  }
  const after = await look(network);
  const accounts = network.subscribers.map(({ name }, i) => accountOf(name, before.subscribers[i], after.subscribers[i]));
  const published = after.broadcaster.leavesPublished - before.broadcaster.leavesPublished;
  return {
    accounts,
    processes: [...samples].map(([name, of]) => summary(name, of)),
    published,
    ticketsWon: after.relays.reduce((sum, { won }) => sum + won, 0),
    lastWords: network.subscribers.map(({ name, program }) => `${name} said last: ${program.said.trimEnd().split('\n').slice(-3).join(' | ')}`),
    unaccounted: Math.max(...accounts.map((account) => unaccounted(account, published, seconds))),
  };
}

async function look(network) {
  const all = (roles) => Promise.all(roles.map(statusOf));
  const [[broadcaster], subscribers, relays] = await Promise.all([all([network.broadcaster]), all(network.subscribers), all(network.relays)]);
  return { broadcaster, subscribers, relays };
}

/** The figures of all together. */
export function figures({ accounts, processes, published, ticketsWon }, seconds) {
  const ours = processes.filter(({ name }) => name !== 'FFmpeg');
  const most = (list, of) => Math.max(...list.map(of));
  return {
    hours: seconds / 3_600,
    lossPercent: most(accounts, ({ lossPercent }) => lossPercent),
    lostPercent: most(accounts, ({ lostPercent }) => lostPercent),
    stalls: accounts.reduce((sum, { stalls }) => sum + stalls, 0),
    delayP50Ms: most(accounts, ({ delayP50Ms }) => delayP50Ms),
    delayP95Ms: most(accounts, ({ delayP95Ms }) => delayP95Ms),
    rssGrowthMb: most(ours, ({ rssMbStart, rssMbEnd }) => rssMbEnd - rssMbStart),
    rssGrowthSecondHalfMb: most(ours, ({ rssMbMiddle, rssMbEnd }) => rssMbEnd - rssMbMiddle),
    handleGrowth: most(ours, ({ handlesStart, handlesEnd }) => handlesEnd - handlesStart),
    leavesPublished: published,
    ticketsSent: accounts.reduce((sum, { ticketsSent }) => sum + ticketsSent, 0),
    ticketsWon,
  };
}

/** What is beyond its bound, a sentence each. Lateness is left out where the machine is shared with others. */
export function complaints(result, seconds, { isShared = false } = {}) {
  const all = figures(result, seconds);
  const sentences = [];
  const loss = isShared ? 'lostPercent' : 'lossPercent';
  const bounds = { [loss]: BOUNDS.lossPercent, rssGrowthMb: BOUNDS.rssGrowthMb, handleGrowth: BOUNDS.handleGrowth };
  for (const [name, bound] of Object.entries(bounds)) if (!(all[name] <= bound)) sentences.push(`${name} is ${all[name].toFixed(2)}; at most ${bound} is allowed.`);
  if (result.unaccounted > 0) sentences.push(`${Math.round(result.unaccounted)} leaves of ${result.published} were neither delivered nor counted as lost.`);
  for (const { name, leavesRejected, partsDropped, ticketsSent } of result.accounts) {
    if (leavesRejected > 0) sentences.push(`${name} rejected ${leavesRejected} leaves.`);
    if (partsDropped > 0) sentences.push(`${name} dropped ${partsDropped} parts.`);
    if (ticketsSent === 0) sentences.push(`${name} paid nobody.`);
  }
  return sentences.length ? [...sentences, ...result.lastWords] : sentences;
}
